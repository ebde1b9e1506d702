/** Which texts a search finds. Source: docs/protocol.md, section 6, "Search". */

/**
 * Text for comparison: without compatibility forms, case, and accents of Latin, Greek and Cyrillic letters. Marks of other scripts stay,
 * because they distinguish words there. In upper case, which has one form where lower case has two (ß and ss, σ and ς).
 */
function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toUpperCase();
}

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
