/** Which language the page speaks: the one that the user has chosen on this device, else the first of the browser's that the page has. */
import { kept } from '../ui/storage.ts';
import { type Catalogue, isRightToLeft, speak } from './words.ts';

/** English is in the page; the others are loaded when they are spoken. */
const catalogues = {
  de: async () => (await import('./de.ts')).de,
  es: async () => (await import('./es.ts')).es,
  ar: async () => (await import('./ar.ts')).ar,
} satisfies Readonly<Record<string, () => Promise<Catalogue>>>;
export type Language = 'en' | keyof typeof catalogues;

const storageKey = 'parley.language';

/** Undefined: as the browser. */
export function chosenLanguage(): Language | undefined {
  return known(kept.getItem(storageKey) ?? '');
}

/** @param language undefined: as the browser */
export function chooseLanguage(language: Language | undefined): Promise<void> {
  if (language === undefined) kept.removeItem(storageKey);
  else kept.setItem(storageKey, language);
  return speakLanguage();
}

/** Speaks the language that is chosen. If its words cannot be loaded, English. */
export async function speakLanguage(): Promise<void> {
  const wanted = chosenLanguage() ?? navigator.languages.map(known).find((language) => language !== undefined) ?? 'en';
  const words = wanted === 'en' ? undefined : await load(wanted).catch(() => undefined);
  const language = words ? wanted : 'en';
  const { documentElement: root } = document;
  root.lang = language;
  // Dates and numbers as the reader's country writes them.
  speak(navigator.languages.find((tag) => known(tag) === language && isValid(tag)) ?? language, words);
  root.dir = isRightToLeft() ? 'rtl' : 'ltr';
}

async function load(language: keyof typeof catalogues) {
  const [catalogue, { systemLine }] = await Promise.all([catalogues[language](), import('./system-lines.ts')]);
  return { catalogue, systemLine };
}

/** @param tag such as `en-GB` */
function known(tag: string): Language | undefined {
  const [language = ''] = tag.split('-');
  return language === 'en' || language in catalogues ? (language as Language) : undefined;
}

/** A browser of a system without a language may report `en-US@posix`, which `Intl` refuses. */
function isValid(tag: string): boolean {
  try {
    return new Intl.Locale(tag).language !== '';
  } catch {
    return false;
  }
}
