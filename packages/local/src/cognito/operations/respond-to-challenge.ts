import { z } from 'zod';
import { readAttributes } from '#cognito/attributes';
import { required } from '#cognito/auth-flows';
import { requireSecretHash } from '#cognito/client-secrets';
import type { ClientSettings } from '#cognito/client-settings';
import { invalidParameter, notAuthorized } from '#cognito/errors';
import { secretsOf } from '#cognito/new-password';
import { type Answer, adminOperation, clientOperation } from '#cognito/operation';
import { requirePasswordPolicy } from '#cognito/passwords';
import type { Pool } from '#cognito/pool';
import * as shape from '#cognito/shapes';
import { afterPassword, incorrect, requireSignIn, startSession } from '#cognito/sign-in';
import { provesPassword } from '#cognito/srp';
import type { User } from '#cognito/user';
import { requireClient } from './describe-user-pool-client.ts';

const input = z.object({
  ClientId: shape.clientId,
  ChallengeName: z.string(),
  ChallengeResponses: z.record(z.string(), z.string()).default({}),
  Session: z.string().optional(),
});

type Given = Pick<z.output<typeof input>, 'ChallengeName' | 'ChallengeResponses' | 'Session'>;

export const respondToAuthChallenge = clientOperation(input, ({ pool, client }, request) =>
  respond(pool, client, request),
);

export const adminRespondToAuthChallenge = adminOperation(
  input.extend({ UserPoolId: shape.userPoolId }),
  async (pool, request) => respond(pool, requireClient(pool, request.ClientId), request),
);

async function respond(pool: Pool, client: ClientSettings, request: Given): Promise<Answer> {
  switch (request.ChallengeName) {
    case 'PASSWORD_VERIFIER':
      return proveWithSrp(pool, client, request.ChallengeResponses);
    case 'NEW_PASSWORD_REQUIRED':
      return setNewPassword(pool, client, request);
    default:
      throw invalidParameter(`The challenge ${request.ChallengeName} is not served locally`);
  }
}

async function proveWithSrp(
  pool: Pool,
  client: ClientSettings,
  responses: Given['ChallengeResponses'],
): Promise<Answer> {
  const name = required(responses, 'USERNAME');
  const block = required(responses, 'PASSWORD_CLAIM_SECRET_BLOCK');
  const signature = required(responses, 'PASSWORD_CLAIM_SIGNATURE');
  const timestamp = required(responses, 'TIMESTAMP');
  const { sub, username, handshake } = pool.challenges.take('PASSWORD_VERIFIER', block, client.id);
  requireSecretHash(pool, client, responses.SECRET_HASH, [name, username]);
  const claim = { poolId: pool.id, username, secretBlock: Buffer.from(block, 'base64'), timestamp, signature };
  const isRight = provesPassword(handshake, claim);
  const user = pool.users.bySub(sub ?? '');
  if (!user) throw incorrect();
  if (!isRight) {
    pool.attempts.passwordFailed(user.sub);
    throw incorrect();
  }
  pool.attempts.passwordSucceeded(user.sub);
  return afterPassword(pool, client, user);
}

async function setNewPassword(pool: Pool, client: ClientSettings, request: Given): Promise<Answer> {
  const { ChallengeResponses: responses, Session: session = '' } = request;
  const name = required(responses, 'USERNAME');
  const password = required(responses, 'NEW_PASSWORD');
  const { sub } = pool.challenges.take('NEW_PASSWORD_REQUIRED', session, client.id);
  const user = pool.users.bySub(sub);
  if (!user) throw incorrect();
  try {
    requireSecretHash(pool, client, responses.SECRET_HASH, [name, user.username]);
    requireSignIn(user, pool.clock.now());
    requirePasswordPolicy(password, pool.settings.passwordPolicy);
    const attributes = newAttributes(pool, client, user, responses);
    const secrets = await secretsOf(pool, user.username, password);
    return await startSession(pool, client, sub, (current) => ({
      ...current,
      ...secrets,
      status: 'CONFIRMED',
      temporaryUntil: undefined,
      modifiedAt: pool.clock.now(),
      attributes: { ...current.attributes, ...attributes },
    }));
  } catch (error) {
    pool.challenges.reopen(session);
    throw error;
  }
}

const prefix = 'userAttributes.';

/** The attributes that the user adds: those that the pool requires must be there, and none may change one that has a value. */
function newAttributes(pool: Pool, client: ClientSettings, user: User, responses: Given['ChallengeResponses']) {
  const given = Object.entries(responses)
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, Value]) => ({ Name: key.slice(prefix.length), Value }));
  const changed = given.find(({ Name }) => user.attributes[Name]);
  if (changed) throw notAuthorized(`Cannot modify an already provided ${changed.Name}`);
  const attributes = readAttributes(given, pool.settings, client);
  const missing = pool.settings.schema.find(
    ({ Name, Required }) => Required && !user.attributes[Name] && !attributes[Name],
  );
  if (missing) throw invalidParameter(`Invalid attributes given, ${missing.Name} is missing`);
  return attributes;
}
