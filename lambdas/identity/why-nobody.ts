import { nameLimits } from '#protocol/name-limits';
import { encodeUserName, isOfDots } from '#protocol/names';
import { accountOf } from './claims.ts';

/** Why `readIdentity` found nobody, as a reason that says what would be right. */
export function whyNobody(claims: Readonly<Record<string, unknown>>, usernameClaim?: string): string {
  const claim = usernameClaim ?? 'username';
  const external = accountOf(claims, usernameClaim);
  if (external === undefined || external === '') return `the token names no user: it needs the claim ${claim}`;
  const { length } = encodeUserName(external);
  if (length > nameLimits.userNameLength) {
    return `the token names no user of at most ${nameLimits.userNameLength} characters: its claim ${claim} takes ${length}, because each character other than a-z 0-9 . - takes three or more. The deployer can choose another claim, such as Entra's oid`;
  }
  if (isOfDots(external))
    return `the token names no user: its claim ${claim} consists of dots, which no address can have`;
  return 'the token names no account: it needs the claims iss and sub';
}
