/** Copied from protocol/fold.ts by `npm run generate:docs`: do not edit. */
import { capMarks } from './clean-text.ts';

/** Accents of Latin, Greek and Cyrillic letters, and everything that nobody sees: soft hyphens, zero-width spaces, variation selectors. */
const ignored = /[\u0300-\u036f\p{Default_Ignorable_Code_Point}]+/gu;
const apostrophes = /[\u2018-\u201b\u02bc\u02b9\u2032`]/g;
const quotes = /[\u201c-\u201f\u2033\u00ab\u00bb]/g;
const hyphens = /[\u2010-\u2015\u2212]/g;
const ascii = /^[\0-_a-~]*$/;

/**
 * A text in the form in which texts are compared: without compatibility forms, case, accents and invisible characters; ’ and ' are one, as are
 * all hyphens. Marks of scripts other than Latin, Greek and Cyrillic stay, because they distinguish words there.
 */
export function fold(text: string): string {
  if (ascii.test(text)) return text.toLowerCase();
  return foldCase(
    capMarks(text)
      // Its compatibility form would be a space and an accent.
      .replaceAll('\u00b4', "'")
      .normalize('NFKD')
      .replace(apostrophes, "'")
      // The iota below a letter is a letter of its own in upper case: ᾳ is ΑΙ.
      .replaceAll('\u0345', 'ι')
      .replace(ignored, '')
      .replace(quotes, '"')
      .replace(hyphens, '-')
      .normalize('NFC'),
  );
}

/** Full case folding: ẞ, ß, SS and ss are one, as are Σ, σ and ς. No single change of case makes all of these equal. */
function foldCase(text: string): string {
  return text.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}
