import { cleanName } from '#protocol/clean-text';
import { nameLimits } from '#protocol/name-limits';
import { encodeUserName, isOfDots, isUserName } from '#protocol/names';

/** Who a token is about. A user name may pass to somebody else; issuer and `sub` together never do, so they are the person. */
export interface Identity {
  readonly username: string;
  readonly name: string;
  /** The id of the Cognito pool, or an own issuer's `iss`. */
  readonly issuer: string;
  readonly sub: string;
}

/**
 * The user of a verified token. The user name is the claim that the deployer chose, or Cognito's, or `sub`.
 * @returns undefined when there is no such claim, or it is longer than 64 characters when encoded or of dots alone, or the token has no `iss` or `sub`
 */
export function readIdentity(claims: Readonly<Record<string, unknown>>, usernameClaim?: string): Identity | undefined {
  const external = accountOf(claims, usernameClaim);
  const { iss, sub } = claims;
  if (external === undefined || typeof iss !== 'string' || typeof sub !== 'string') return undefined;
  const username = encodeUserName(external);
  if (!isUserName(username) || isOfDots(username)) return undefined;
  const name = (typeof claims.name === 'string' && shownName(claims.name)) || shownName(external) || username;
  return { username, name, issuer: usernameClaim === undefined ? poolOf(iss) : iss, sub };
}

/** Providers allow any name, and longer ones (Cognito: 2,048 characters), for which a frame has no room. Empty if nothing of it can be seen. */
function shownName(name: string): string {
  return [...cleanName(name.toWellFormed())].slice(0, nameLimits.nameLength).join('').trim();
}

/** The pool's id. The rest of the address says where the pool answers, and on a laptop that changes with the port. */
function poolOf(iss: string): string {
  return iss.slice(iss.lastIndexOf('/') + 1);
}

/** The user's name as the identity provider writes it; undefined when the token has none. */
export function accountOf(claims: Readonly<Record<string, unknown>>, usernameClaim?: string): string | undefined {
  const external = usernameClaim
    ? claims[usernameClaim]
    : (claims['cognito:username'] ?? claims.username ?? claims.sub);
  return typeof external === 'string' ? external : undefined;
}
