import { t } from '../words/words.ts';

/** The user pool's password policy; the symbols are those that Cognito counts: developer guide, "Password policy". */
const rules: readonly (readonly [text: () => string, pattern: RegExp])[] = [
  [() => t('At least {n} characters', { n: 8 }), /^.{8,}$/s],
  [() => t('A small letter'), /[a-z]/],
  [() => t('A capital letter'), /[A-Z]/],
  [() => t('A digit'), /[0-9]/],
  [() => t('A symbol, such as ! or -'), /[\^$*.[\]{}()?\-"!@#%&/\\,><':;|_~`+=]|(?<=.) (?=.)/],
];

/** Each rule, and whether the password meets it. */
export function checkPassword(password: string): readonly { readonly text: string; readonly isMet: boolean }[] {
  return rules.map(([text, pattern]) => ({ text: text(), isMet: pattern.test(password) }));
}

/** @throws Error with a sentence about the first rule that is not met */
export function assertPassword(password: string): void {
  const broken = checkPassword(password).find(({ isMet }) => !isMet);
  if (broken)
    throw new Error(
      t('This password needs more: {rule}.', {
        rule: broken.text.charAt(0).toLocaleLowerCase() + broken.text.slice(1),
      }),
    );
}
