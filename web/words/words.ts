import { signal } from '@preact/signals';
import type { Sentence } from './en.ts';

/** All sentences in a language other than English. The type has a compiler find the ones that are missing. */
export type Catalogue = Readonly<Record<Sentence, string>>;

/** A sentence with a form for each plural category: `{n} member|{n} members`. */
type Counted = Extract<Sentence, `${string}|${string}`>;
type Plain = Exclude<Sentence, Counted>;
/** A sentence without places, for tables of labels. */
export type Label = Exclude<Plain, `${string}{${string}`>;

/** The values that a sentence has places for: `{ name: string | number }` for `Leave {name}?`. */
type Values<Text extends string> = Text extends `${string}{${infer Place}}${infer Rest}`
  ? { readonly [key in Place]: string | number } & Values<Rest>
  : unknown;

interface Language {
  /** For dates and numbers: the language as the reader's device writes it, such as `en-US`. */
  readonly locale: string;
  /** Undefined is English, which the page is written in. */
  readonly catalogue?: Catalogue;
  readonly systemLine?: (text: string, name: string) => string;
}

const current = signal<Language>({ locale: 'en' });

/** The locale of dates and numbers. Whatever reads it is rendered again when another language is chosen. */
export function locale(): string {
  return current.value.locale;
}

/** Whether the language is written from right to left. */
export function isRightToLeft(): boolean {
  return locale().startsWith('ar');
}

/** @param words undefined for English */
export function speak(locale: string, words?: Omit<Language, 'locale'>): void {
  current.value = { locale, ...words };
}

/** The text of a system entry, such as "Bob invited Carol". @param name its author's */
export function systemText(text: string, name: string): string {
  return current.value.systemLine?.(text, name) ?? text;
}

/**
 * A sentence in the reader's language. It is looked up by its English words, so that English needs no catalogue on the first visit.
 * Call it while rendering, not while a module loads: the language may change.
 * @example t('Leave {name}?', { name })
 */
export function t<Text extends Plain>(
  sentence: Text,
  ...[values]: Text extends `${string}{${string}` ? [Values<Text>] : []
): string {
  return fill(translated(sentence), values);
}

/** A sentence about `n` things. @example plural('{n} member|{n} members', members.length) */
export function plural<Text extends Counted>(sentence: Text, n: number, values?: Omit<Values<Text>, 'n'>): string {
  const rules = new Intl.PluralRules(locale());
  const { pluralCategories } = rules.resolvedOptions();
  const used = categories.filter((category) => pluralCategories.includes(category));
  const form = translated(sentence).split('|')[used.indexOf(rules.select(n))] ?? '';
  return fill(form, { ...values, n });
}

/** The forms of a sentence have this order. */
const categories = ['zero', 'one', 'two', 'few', 'many', 'other'] as const;

function translated(sentence: Sentence): string {
  return current.value.catalogue?.[sentence] ?? sentence;
}

function fill(sentence: string, values: object = {}): string {
  const known = new Map<string, unknown>(Object.entries(values));
  return sentence.replace(/\{(\w+)\}/g, (_, place: string) => written(known.get(place)));
}

/** Names may be written in the other direction than the sentence: marks keep them together. */
function written(value: unknown): string {
  if (typeof value === 'number') return number(value);
  return isRightToLeft() ? `\u2068${value}\u2069` : String(value);
}

/** A number as the reader's country writes it. */
export function number(value: number): string {
  return value.toLocaleString(locale());
}

/** `Anna, Bob and Carla`. @param type `disjunction`: `Anna, Bob or Carla` */
export function list(names: readonly string[], type: 'conjunction' | 'disjunction' = 'conjunction'): string {
  return new Intl.ListFormat(locale(), { type }).format(names);
}
