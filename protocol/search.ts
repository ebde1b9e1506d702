/** What a search finds. Source: PROTOCOL section 6, "Search". */

/**
 * Text as it is compared: compatibility forms, accents (of Latin, Greek and Cyrillic letters) and case make no difference. Marks of other
 * scripts stay, because there they tell words apart. Upper case, because it has one form where lower case has two (ß and ss, σ and ς).
 */
function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toUpperCase();
}

/** The words of a query, folded: what stands between white space. */
export function searchWords(query: string): string[] {
  return fold(query)
    .split(/\s+/)
    .filter((word) => word !== '');
}

/**
 * Does every one of these words occur somewhere in the texts, also within a word?
 * @param words from `searchWords`
 */
export function hasWords(texts: readonly string[], words: readonly string[]): boolean {
  const folded = texts.map(fold);
  return words.every((word) => folded.some((text) => text.includes(word)));
}
