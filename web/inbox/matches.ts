/** Does one of these texts have a word that begins with each word of the query? Case and accents do not count. */
export function matches(query: string, texts: readonly string[]): boolean {
  const words = texts.flatMap((text) => wordsOf(text));
  return wordsOf(query).every((wanted) => words.some((word) => word.startsWith(wanted)));
}

function wordsOf(text: string): string[] {
  return fold(text).match(/[\p{L}\p{N}]+/gu) ?? [];
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
