import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { attributeList, readAttributes } from '#cognito/attributes';
import { CognitoError, invalidParameter, userNotFound } from '#cognito/errors';
import { chooseIdentity } from '#cognito/identity';
import { secretsOf, temporaryPassword } from '#cognito/new-password';
import { adminOperation } from '#cognito/operation';
import { requirePasswordPolicy } from '#cognito/passwords';
import { findUser, type Pool } from '#cognito/pool';
import type { Contact } from '#cognito/pool-settings';
import * as shape from '#cognito/shapes';
import { updateUser } from '#cognito/update-user';
import type { User } from '#cognito/user';
import { describeUser } from './admin-users.ts';

const input = z.object({
  UserPoolId: shape.userPoolId,
  Username: shape.username,
  UserAttributes: shape.attributes,
  TemporaryPassword: shape.password.optional(),
  MessageAction: z.enum(['RESEND', 'SUPPRESS']).optional(),
  DesiredDeliveryMediums: z.array(z.enum(['SMS', 'EMAIL'])).optional(),
  ValidationData: shape.attributes,
  ClientMetadata: shape.metadata,
});

type Request = z.output<typeof input>;

/**
 * Makes an account with a temporary password, which is mailed to its owner, who must change it with the first sign-in.
 * Source: API reference, AdminCreateUser.
 */
export const adminCreateUser = adminOperation(input, async (pool, request) => {
  const password = request.TemporaryPassword ?? temporaryPassword(pool.settings.passwordPolicy);
  requirePasswordPolicy(password, pool.settings.passwordPolicy);
  const user =
    request.MessageAction === 'RESEND' ? await renew(pool, request, password) : await create(pool, request, password);
  if (request.MessageAction !== 'SUPPRESS') await invite(pool, user, request, password);
  return { User: { ...describeUser(user), Attributes: attributeList(user.sub, user.attributes) } };
});

async function create(pool: Pool, request: Request, password: string): Promise<User> {
  const sub = randomUUID();
  const identity = chooseIdentity(request.Username, sub, pool);
  const attributes = { ...readAttributes(request.UserAttributes, pool.settings), ...identity.attributes };
  if (findUser(pool, request.Username)) throw exists();
  await pool.triggers.run({
    source: 'PreSignUp_AdminCreateUser',
    username: identity.username,
    clientId: 'CLIENT_ID_NOT_APPLICABLE',
    userAttributes: attributes,
    clientMetadata: request.ClientMetadata,
    validationData: Object.fromEntries(request.ValidationData.map(({ Name, Value }) => [Name, Value ?? ''])),
  });
  const now = pool.clock.now();
  const user: User = {
    sub,
    username: identity.username,
    status: 'FORCE_CHANGE_PASSWORD',
    enabled: true,
    ...(await secretsOf(pool, identity.username, password)),
    temporaryUntil: now + pool.settings.temporaryPasswordMs,
    attributes,
    groups: [],
    createdAt: now,
    modifiedAt: now,
    codes: {},
    sessions: [],
  };
  if (await pool.users.insert(user)) throw exists();
  return user;
}

/** A new temporary password for somebody who has not signed in yet. */
async function renew(pool: Pool, request: Request, password: string): Promise<User> {
  const found = findUser(pool, request.Username);
  if (!found) throw userNotFound();
  const secrets = await secretsOf(pool, found.username, password);
  return updateUser(pool, found.sub, (current) => {
    if (current.status !== 'FORCE_CHANGE_PASSWORD') {
      throw new CognitoError(
        'UnsupportedUserStateException',
        `Resend not possible. ${current.username} status is not FORCE_CHANGE_PASSWORD.`,
      );
    }
    return { ...current, ...secrets, temporaryUntil: pool.clock.now() + pool.settings.temporaryPasswordMs };
  });
}

const mediums = { SMS: 'phone_number', EMAIL: 'email' } as const satisfies Record<string, Contact>;

/** The reference says that SMS is the default. Here it is whatever the user has, with SMS first. */
async function invite(pool: Pool, user: User, request: Request, password: string): Promise<void> {
  const wanted = request.DesiredDeliveryMediums?.map((medium) => mediums[medium]);
  const given = Object.values(mediums).filter((attribute) => user.attributes[attribute]);
  const chosen = wanted ? given.filter((attribute) => wanted.includes(attribute)) : given.slice(0, 1);
  if (wanted && chosen.length === 0) {
    throw invalidParameter(`User has no ${wanted.join(' or ')} for the delivery of the invitation.`);
  }
  // In a pool of addresses the user knows the address, and not the internal name.
  const { username } = user;
  const shown = pool.settings.usernameAttributes.length > 0 ? request.Username : username;
  const template = {
    ...pool.settings.invitation,
    message: pool.settings.invitation.message.replaceAll('{username}', shown),
  };
  for (const attribute of chosen) {
    const to = user.attributes[attribute] ?? '';
    await pool.mailbox.send({ kind: 'invite', username: shown, code: password, attribute, to }, template);
  }
}

const exists = () => new CognitoError('UsernameExistsException', 'User account already exists');
