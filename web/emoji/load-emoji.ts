import { fold } from '@parley/client/text';

/** An emoji of the palette. */
export interface Emoji {
  readonly emoji: string;
  readonly name: string;
  /** Begins of these find it. Folded. */
  readonly words: readonly string[];
  /** Has it skin tones? */
  readonly isToned: boolean;
}

export interface EmojiGroup {
  /** As Unicode calls it, such as `food_drink`. */
  readonly group: string;
  readonly emoji: readonly Emoji[];
}

const names = {
  en: () => import('./names-en.json'),
  de: () => import('./names-de.json'),
  es: () => import('./names-es.json'),
  ar: () => import('./names-ar.json'),
} as const;

const loaded = new Map<string, readonly EmojiGroup[]>();

/**
 * All emoji in Unicode's order, with their names in a language, else in English. They are downloaded when the palette is first opened; if that
 * fails, the next call tries again.
 * @param language such as `de-AT`
 */
export async function loadEmoji(language: string): Promise<readonly EmojiGroup[]> {
  const [short = ''] = language.split('-');
  const known = loaded.get(short);
  if (known) return known;
  const load = Object.entries(names).find(([one]) => one === short)?.[1] ?? names.en;
  const [{ default: groups }, own] = await Promise.all([import('./groups.json'), load().catch(() => undefined)]);
  // A language that was never used has no names without a connection.
  const { default: entries } = own ?? (await names.en());
  let at = 0;
  const result = groups.map(({ group, emoji, toned }) => {
    const withTones = new Set(toned.split(' '));
    return { group, emoji: emoji.split(' ').map((one) => toEmoji(one, entries[at++] ?? '', withTones.has(one))) };
  });
  if (own) loaded.set(short, result);
  return result;
}

/** @param entry the name, then other words: `grinning face|happy|teeth` */
function toEmoji(emoji: string, entry: string, isToned: boolean): Emoji {
  const [name = ''] = entry.split('|');
  return { emoji, name, isToned, words: fold(entry).split(/[^\p{L}\p{N}\p{M}]+/u) };
}

/** Emoji of whose words each word of the query begins one; best first: those whose name begins with it. */
export function searchEmoji(groups: readonly EmojiGroup[], query: string): readonly Emoji[] {
  const wanted = fold(query).split(/\s+/).filter(Boolean);
  const found = groups
    .flatMap(({ emoji }) => emoji)
    .filter(({ words }) => wanted.every((start) => words.some((word) => word.startsWith(start))));
  const isFirst = ({ words }: Emoji) => words[0]?.startsWith(wanted[0] ?? '') ?? false;
  return [...found.filter(isFirst), ...found.filter((one) => !isFirst(one))];
}
