/** Which texts a search finds. Source: docs/protocol.md, section 6, "Search". */
import { fold } from './fold.ts';

/** The words of a query, separated by white space, folded. */
export function searchWords(query: string): string[] {
  return fold(query)
    .split(/\s+/)
    .filter((word) => word !== '');
}

/**
 * Does each word occur somewhere in the texts, at least as a part of a word?
 * @param words from `searchWords`
 */
export function hasWords(texts: readonly string[], words: readonly string[]): boolean {
  const folded = texts.map(fold);
  return words.every((word) => folded.some((text) => text.includes(word)));
}
