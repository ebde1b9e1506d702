/** How a search compares texts. Source: docs/protocol.md, section 6, "Search". */

/**
 * Text in the form that is compared: without compatibility forms, case, and accents on Latin, Greek and Cyrillic letters. Marks of other
 * scripts stay, because there they distinguish words. It is upper case, because lower case has two forms of some letters (ß and ss, σ and ς).
 */
function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toUpperCase();
}

/** The words of a query in that form. White space separates them. */
export function searchWords(query: string): string[] {
  return fold(query)
    .split(/\s+/)
    .filter((word) => word !== '');
}

/**
 * Whether all these words occur in the texts, also inside longer words.
 * @param words from `searchWords`
 */
export function hasWords(texts: readonly string[], words: readonly string[]): boolean {
  const folded = texts.map(fold);
  return words.every((word) => folded.some((text) => text.includes(word)));
}
