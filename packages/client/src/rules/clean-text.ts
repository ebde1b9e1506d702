/** Copied from protocol/clean-text.ts by `npm run generate:docs`: do not edit. */
/** Texts that people see, as they are stored. Source: docs/protocol.md, section 5, "Texts". */
import { nameLimits } from './name-limits.ts';

/**
 * Characters that change the direction of what follows them: they can make `exe.jpg` of `gpj.exe`, and reach beyond the name they are in.
 * Marks of direction (U+200E, U+200F, U+061C) only say how their neighbours are read, and stay.
 */
const directions = /[\u202a-\u202e\u2066-\u2069]+/g;
/** Control characters, and the ends of lines and paragraphs. */
const breaks = /[\p{Cc}\u2028\u2029]+/gu;
/** A character that one sees; not Braille's empty cell, and not the marks around interlinear notes. */
const visible = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\u2800\ufff9-\ufffb\u{1d159}]/u;
/**
 * A row of marks, and what of it is too many. A row is always matched whole, so that the time grows with the text alone. U+FF9E and U+FF9F
 * become marks when a text is normalised.
 */
const rowOfMarks = new RegExp(`([\\p{M}\\uff9e\\uff9f]{1,${nameLimits.marksInARow}})[\\p{M}\\uff9e\\uff9f]*`, 'gu');

/**
 * A name, a title or a file's name: one line without control characters and changes of direction, trimmed. It is empty if nothing of it can
 * be seen.
 */
export function cleanName(text: string): string {
  return cleanText(text.replace(directions, '').replace(breaks, ' '));
}

/** A message's text: trimmed, and empty if nothing of it can be seen. */
export function cleanText(text: string): string {
  return visible.test(text) ? capMarks(text).trim() : '';
}

/**
 * At most 30 marks in a row, because the time to normalise a row grows with its square. No language comes near.
 * https://www.unicode.org/reports/tr15/#Stream_Safe_Text_Format
 */
export function capMarks(text: string): string {
  return text.replace(rowOfMarks, '$1');
}
