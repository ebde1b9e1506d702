import { CognitoError } from './errors.ts';
import type { PasswordPolicy } from './pool-settings.ts';

/** The symbols that Cognito counts (developer guide, "Password policy"); a space counts unless it is first or last. */
const symbol = /[\^$*.[\]{}()?\-"!@#%&/\\,><':;|_~`+=]|(?<=.) (?=.)/;

/** @throws CognitoError InvalidPasswordException with Cognito's sentence for the first rule that is broken */
export function requireGoodPassword(password: string, policy: PasswordPolicy): void {
  const broken = firstBrokenRule(password, policy);
  if (broken) {
    throw new CognitoError('InvalidPasswordException', `Password did not conform with policy: ${broken}`);
  }
}

function firstBrokenRule(password: string, policy: PasswordPolicy): string | undefined {
  if (password.length < policy.MinimumLength) return 'Password not long enough';
  if (policy.RequireUppercase && !/[A-Z]/.test(password)) return 'Password must have uppercase characters';
  if (policy.RequireLowercase && !/[a-z]/.test(password)) return 'Password must have lowercase characters';
  if (policy.RequireNumbers && !/[0-9]/.test(password)) return 'Password must have numeric characters';
  if (policy.RequireSymbols && !symbol.test(password)) return 'Password must have symbol characters';
  return undefined;
}
