import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { requireSecretHash } from '#cognito/client-secrets';
import type { ClientSettings } from '#cognito/client-settings';
import { CognitoError, invalidParameter, notAuthorized, userNotFound } from '#cognito/errors';
import { type Answer, clientOperation } from '#cognito/operation';
import { passwordMatches } from '#cognito/passwords';
import { findUser, type Pool } from '#cognito/pool';
import * as shape from '#cognito/shapes';
import { newRefreshToken, sessionOf, subOf } from '#cognito/tokens';
import type { Session, User } from '#cognito/user';

const input = z.object({
  ClientId: shape.clientId,
  AuthFlow: z.string(),
  AuthParameters: z.record(z.string(), z.string()).default({}),
});

interface AuthRequest {
  readonly pool: Pool;
  readonly client: ClientSettings;
  readonly parameters: Readonly<Record<string, string>>;
}

export const initiateAuth = clientOperation(input, async ({ pool, client }, request) => {
  const auth = { pool, client, parameters: request.AuthParameters };
  switch (request.AuthFlow) {
    case 'USER_PASSWORD_AUTH':
      if (!allows(client, 'USER_PASSWORD_AUTH')) {
        throw invalidParameter('USER_PASSWORD_AUTH flow not enabled for this client');
      }
      return withPassword(auth);
    case 'REFRESH_TOKEN_AUTH':
    case 'REFRESH_TOKEN':
      if (!allowsRefresh(client)) throw invalidParameter('Auth flow not enabled for this client');
      return withRefreshToken(auth);
    case 'USER_SRP_AUTH':
    case 'USER_AUTH':
    case 'CUSTOM_AUTH':
      throw invalidParameter(`${request.AuthFlow} is not served locally; use USER_PASSWORD_AUTH`);
    default:
      throw invalidParameter(`Initiate Auth method not supported.`);
  }
});

const allows = (client: ClientSettings, flow: string) =>
  client.flows.includes(`ALLOW_${flow}`) || client.flows.includes(flow);

/** Clients with old flow names, without `ALLOW_`, may always refresh. */
const allowsRefresh = (client: ClientSettings) =>
  client.flows.includes('ALLOW_REFRESH_TOKEN_AUTH') || !client.flows.some((flow) => flow.startsWith('ALLOW_'));

async function withPassword({ pool, client, parameters }: AuthRequest): Promise<Answer> {
  const name = required(parameters, 'USERNAME');
  const password = required(parameters, 'PASSWORD');
  requireSecretHash(pool, client, parameters.SECRET_HASH, [name]);
  const user = findUser(pool, name);
  if (!user) throw client.hidesUsers ? incorrect() : userNotFound();
  pool.attempts.requireUnlocked(user.sub);
  if (!(await passwordMatches(password, user.password))) {
    pool.attempts.passwordFailed(user.sub);
    throw incorrect();
  }
  pool.attempts.passwordSucceeded(user.sub);
  if (user.status !== 'CONFIRMED') throw new CognitoError('UserNotConfirmedException', 'User is not confirmed.');
  const { session, token } = newSession(user.sub, client, pool.clock.now());
  const saved = await pool.users.update(user.sub, (current) => ({
    ...current,
    sessions: [...current.sessions.filter((old) => isNeeded(old, session.startedAt)), session],
  }));
  if (!saved || 'taken' in saved) throw incorrect();
  return result(await pool.tokens.issue(saved, session, client), client, token);
}

async function withRefreshToken({ pool, client, parameters }: AuthRequest): Promise<Answer> {
  const token = required(parameters, 'REFRESH_TOKEN');
  const user = pool.users.bySub(subOf(token));
  const session = user && sessionOf(user, token);
  requireSecretHash(pool, client, parameters.SECRET_HASH, user ? [user.username, user.sub] : []);
  if (!user || !session || session.clientId !== client.id) throw notAuthorized('Invalid Refresh Token');
  if (session.revoked) throw notAuthorized('Refresh Token has been revoked');
  if (session.expiresAt <= pool.clock.now()) throw notAuthorized('Refresh Token has expired');
  return result(await pool.tokens.issue(user, session, client), client);
}

function required(parameters: Readonly<Record<string, string>>, name: string): string {
  const value = parameters[name];
  if (!value) throw invalidParameter(`Missing required parameter ${name}`);
  return value;
}

const incorrect = () => notAuthorized('Incorrect username or password.');

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

function result(tokens: { id: string; access: string }, client: ClientSettings, refreshToken?: string): Answer {
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
