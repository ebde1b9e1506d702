import { limits } from '#protocol/limits';
import { encodeUserName, isUserName } from '#protocol/names';

export interface Identity {
  readonly username: string;
  readonly name: string;
}

/**
 * Who a verified token speaks of. The user's name is the claim that the deployer chose, or Cognito's, or `sub`.
 * @returns undefined when there is none, or it is longer than 64 characters when encoded
 */
export function readIdentity(claims: Readonly<Record<string, unknown>>, usernameClaim?: string): Identity | undefined {
  const external = accountOf(claims, usernameClaim);
  if (external === undefined) return undefined;
  const username = encodeUserName(external);
  if (!isUserName(username)) return undefined;
  const name = typeof claims.name === 'string' && claims.name !== '' ? claims.name : external;
  // Providers give longer ones (Cognito up to 2,048 characters), which no frame has room for.
  return { username, name: [...name.toWellFormed()].slice(0, limits.nameLength).join('') };
}

/** The user's name as the identity provider itself writes it; undefined when the token has none. */
export function accountOf(claims: Readonly<Record<string, unknown>>, usernameClaim?: string): string | undefined {
  const external = usernameClaim
    ? claims[usernameClaim]
    : (claims['cognito:username'] ?? claims.username ?? claims.sub);
  return typeof external === 'string' ? external : undefined;
}
