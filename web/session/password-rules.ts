/** What the user pool wants of a password; the symbols are those that Cognito counts: developer guide, "Password policy". */
const rules: readonly (readonly [says: string, holds: RegExp])[] = [
  ['At least 8 characters', /^.{8,}$/s],
  ['A small letter', /[a-z]/],
  ['A capital letter', /[A-Z]/],
  ['A digit', /[0-9]/],
  ['A symbol, such as ! or -', /[\^$*.[\]{}()?\-"!@#%&/\\,><':;|_~`+=]|(?<=.) (?=.)/],
];

/** Each rule, and whether this password keeps it. */
export function judge(password: string): readonly { readonly says: string; readonly holds: boolean }[] {
  return rules.map(([says, holds]) => ({ says, holds: holds.test(password) }));
}

/** A sentence about the first rule that is broken; empty when there is none. */
export function weakness(password: string): string {
  const broken = judge(password).find(({ holds }) => !holds);
  return broken ? `This password needs more: ${broken.says.toLowerCase()}.` : '';
}
