import { cleanName } from '#protocol/clean-text';
import { limits } from '#protocol/limits';
import { encodeUserName, isUserName } from '#protocol/names';

export interface Identity {
  readonly username: string;
  readonly name: string;
}

/**
 * The user of a verified token. The user name is the claim that the deployer chose, or Cognito's, or `sub`.
 * @returns undefined when there is no such claim, or it is longer than 64 characters when encoded
 */
export function readIdentity(claims: Readonly<Record<string, unknown>>, usernameClaim?: string): Identity | undefined {
  const external = accountOf(claims, usernameClaim);
  if (external === undefined) return undefined;
  const username = encodeUserName(external);
  if (!isUserName(username)) return undefined;
  const name = (typeof claims.name === 'string' && shownName(claims.name)) || shownName(external) || username;
  return { username, name };
}

/** Providers allow any name, and longer ones (Cognito: 2,048 characters), for which a frame has no room. Empty if nothing of it can be seen. */
function shownName(name: string): string {
  return [...cleanName(name.toWellFormed())].slice(0, limits.nameLength).join('').trim();
}

/** The user's name as the identity provider writes it; undefined when the token has none. */
export function accountOf(claims: Readonly<Record<string, unknown>>, usernameClaim?: string): string | undefined {
  const external = usernameClaim
    ? claims[usernameClaim]
    : (claims['cognito:username'] ?? claims.username ?? claims.sub);
  return typeof external === 'string' ? external : undefined;
}
