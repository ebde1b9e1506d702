/** Which names may sign up. Tokens of names from before these rules go on working, except names of dots alone, which never worked. */
import { limits } from '#protocol/limits';
import { encodeUserName, isOfDots } from '#protocol/names';

/**
 * Why a name cannot sign up, as a sentence that says what would be right.
 * @param name as the identity provider writes it
 * @returns undefined for a name that can
 */
export function userNameProblem(name: string): string | undefined {
  const { length } = encodeUserName(name);
  if (length === 0) return 'a user name has at least one character';
  if (length > limits.userNameLength) {
    return `the name takes ${length} characters and may take ${limits.userNameLength}: each of a-z 0-9 . - takes one, other letters take six or more`;
  }
  if (isOfDots(name)) return 'a name of dots alone cannot be written in an address: use a letter or a digit too';
  if (invisible.test(name)) return 'the name has characters that nobody sees, or spaces: use letters, digits and signs';
  if (/^\p{M}/u.test(name)) return 'the name begins with a mark that belongs on a letter: begin with a letter';
  return undefined;
}

/** Control and format characters, unassigned ones, all spaces, and letters that are blank (the Hangul fillers, the empty Braille pattern). */
const invisible = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u;
