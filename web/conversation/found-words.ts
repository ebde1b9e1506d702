import { fold } from '@parley/client/text';

/** Where a word is in a text. */
export interface Found {
  readonly start: number;
  readonly end: number;
}

/** The words of a search, in the form in which the server compares them. */
export function wordsOf(query: string): readonly string[] {
  return fold(query).split(/\s+/).filter(Boolean);
}

/** All places of the words in a text, in order; places that overlap are one. @param words of `wordsOf` */
export function findWords(text: string, words: readonly string[]): readonly Found[] {
  const { folded, origins } = foldedWithOrigins(text);
  const all: { start: number; end: number }[] = [];
  for (const word of words) {
    for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + word.length)) {
      const [start = 0, end = text.length] = [origins[at], origins[at + word.length]];
      // The second half of a letter that is compared as two.
      if (end > start) all.push({ start, end });
    }
  }
  const found: { start: number; end: number }[] = [];
  for (const place of all.sort((a, b) => a.start - b.start)) {
    const last = found.at(-1);
    if (last && place.start <= last.end) last.end = Math.max(last.end, place.end);
    else found.push(place);
  }
  return found;
}

/** Texts change their length when they are folded: `origins` has, for each character, where it was. */
function foldedWithOrigins(text: string): { readonly folded: string; readonly origins: readonly number[] } {
  let folded = '';
  const origins: number[] = [];
  let at = 0;
  for (const sign of text) {
    const form = fold(sign);
    for (let index = 0; index < form.length; index++) origins.push(at);
    folded += form;
    at += sign.length;
  }
  origins.push(text.length);
  return { folded, origins };
}

/** Characters before the first found word in a line that shows it. */
const before = 30;

/** The text from shortly before the first found word on, so that one line shows the word. */
export function excerptAround(text: string, words: readonly string[]): string {
  const [first] = findWords(text, words);
  if (!first || first.start <= 2 * before) return text;
  const space = text.indexOf(' ', first.start - before);
  return `…${text.slice(space >= 0 && space < first.start ? space + 1 : first.start - before)}`;
}
