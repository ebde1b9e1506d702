/** What a user name looks like. Two names with the same looks are taken for one another. docs/decisions/0044-names-that-look-alike.md */
import unhomoglyph from 'unhomoglyph';

/**
 * The skeleton of a name: NFKC, case folding, and the confusable characters of Unicode (UTS #39). `аlice` with a Cyrillic а, `ALICE` and
 * `al1ce` have the looks of `alice`. It is for comparing only: nobody can read it.
 * @param name as the identity provider writes it
 */
export function looksOf(name: string): string {
  const folded = fold(name.normalize('NFKC'))
    .normalize('NFD')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  // 0 becomes O there, so it is folded again.
  return fold(unhomoglyph(folded).normalize('NFD'));
}

/** By upper case: it makes ß and ss, and ς and σ, the same. */
function fold(text: string): string {
  return text.toUpperCase().toLowerCase();
}
