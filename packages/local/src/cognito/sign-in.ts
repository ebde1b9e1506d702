import { randomUUID } from 'node:crypto';
import type { ClientSettings } from './client-settings.ts';
import { CognitoError, notAuthorized } from './errors.ts';
import { groupsOf } from './groups.ts';
import type { Answer } from './operation.ts';
import type { Pool } from './pool.ts';
import { newRefreshToken } from './tokens.ts';
import type { Session, User } from './user.ts';

export const incorrect = () => notAuthorized('Incorrect username or password.');

/** @throws CognitoError unless the user, whose password was right, may have tokens or a challenge */
export function requireSignIn({ enabled, status, temporaryUntil }: User, now: number): void {
  if (!enabled) throw notAuthorized('User is disabled.');
  if (status === 'UNCONFIRMED') throw new CognitoError('UserNotConfirmedException', 'User is not confirmed.');
  if (status === 'RESET_REQUIRED') {
    throw new CognitoError('PasswordResetRequiredException', 'Password reset required for the user');
  }
  if (status === 'FORCE_CHANGE_PASSWORD' && temporaryUntil !== undefined && temporaryUntil <= now) {
    throw notAuthorized('Temporary password has expired and must be reset by an administrator.');
  }
}

/** What comes after a right password: tokens, or the challenge of a temporary one. @param change made with the new session */
export async function afterPassword(
  pool: Pool,
  client: ClientSettings,
  user: User,
  change: (user: User) => User = (unchanged) => unchanged,
): Promise<Answer> {
  requireSignIn(user, pool.clock.now());
  if (user.status !== 'FORCE_CHANGE_PASSWORD') return startSession(pool, client, user.sub, change);
  const missing = pool.settings.schema.filter(({ Name, Required }) => Required && !user.attributes[Name]);
  return {
    ChallengeName: 'NEW_PASSWORD_REQUIRED',
    Session: pool.challenges.open({ kind: 'NEW_PASSWORD_REQUIRED', sub: user.sub }, client),
    ChallengeParameters: {
      USER_ID_FOR_SRP: user.username,
      userAttributes: JSON.stringify(user.attributes),
      requiredAttributes: JSON.stringify(missing.map(({ Name }) => `userAttributes.${Name}`)),
    },
  };
}

/** Signs in: a new session with a refresh token. */
export async function startSession(
  pool: Pool,
  client: ClientSettings,
  sub: string,
  change: (user: User) => User,
): Promise<Answer> {
  const { session, token } = newSession(sub, client, pool.clock.now());
  const saved = await pool.users.update(sub, (current) => {
    const changed = change(current);
    return { ...changed, sessions: [...changed.sessions.filter((old) => isNeeded(old, session.startedAt)), session] };
  });
  if (!saved || 'taken' in saved) throw incorrect();
  return issueTokens(pool, client, saved, session, token);
}

/** @param refreshToken absent: the client keeps the one it has */
export async function issueTokens(
  pool: Pool,
  client: ClientSettings,
  user: User,
  session: Session,
  refreshToken?: string,
): Promise<Answer> {
  const tokens = await pool.tokens.issue(user, session, client, groupsOf(user, pool.groups));
  return {
    AuthenticationResult: {
      AccessToken: tokens.access,
      ExpiresIn: client.accessTokenSeconds,
      IdToken: tokens.id,
      RefreshToken: refreshToken,
      TokenType: 'Bearer',
    },
    ChallengeParameters: {},
  };
}

function newSession(sub: User['sub'], client: ClientSettings, now: number): { session: Session; token: string } {
  const { token, hash } = newRefreshToken(sub);
  const session = {
    id: randomUUID(),
    eventId: randomUUID(),
    clientId: client.id,
    refreshHash: hash,
    startedAt: now,
    expiresAt: now + client.refreshTokenSeconds * 1000,
    revoked: false,
  };
  return { session, token };
}

/** A session is kept for a day after its refresh token expires, because its last access token may be valid that long. */
const isNeeded = (session: Session, now: number) => session.expiresAt + 24 * 3_600_000 > now;
