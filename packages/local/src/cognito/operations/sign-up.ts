import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Attributes, readAttributes, requireComplete } from '#cognito/attributes';
import { requireSecretHash } from '#cognito/client-secrets';
import { confirmationDestination, sendCode } from '#cognito/delivery';
import { CognitoError, invalidParameter, notAuthorized } from '#cognito/errors';
import { clientOperation } from '#cognito/operation';
import { hashPassword, requirePasswordPolicy } from '#cognito/passwords';
import { findUser, normalName, type Pool } from '#cognito/pool';
import * as shape from '#cognito/shapes';
import type { User } from '#cognito/user';
import { runPostConfirmation } from './confirm-sign-up.ts';

const input = z.object({
  ClientId: shape.clientId,
  SecretHash: shape.secretHash,
  Username: shape.username,
  Password: shape.password,
  UserAttributes: shape.attributes,
  ValidationData: shape.attributes,
  ClientMetadata: shape.metadata,
});

export const signUp = clientOperation(input, async ({ pool, client }, request) => {
  requireSecretHash(pool, client, request.SecretHash, [request.Username]);
  if (pool.settings.adminOnlySignUp) throw notAuthorized('SignUp is not permitted for this user pool');
  requirePasswordPolicy(request.Password, pool.settings.passwordPolicy);
  const sub = randomUUID();
  const identity = chooseIdentity(request.Username, sub, pool);
  const given = { ...readAttributes(request.UserAttributes, pool.settings, client), ...identity.attributes };
  requireComplete(given, pool.settings);
  if (findUser(pool, request.Username)) throw exists(pool);

  const decision = await pool.triggers.run({
    source: 'PreSignUp_SignUp',
    username: identity.username,
    clientId: client.id,
    userAttributes: given,
    clientMetadata: request.ClientMetadata,
    validationData: Object.fromEntries(request.ValidationData.map(({ Name, Value }) => [Name, Value ?? ''])),
  });
  const confirmed = decision.autoConfirmUser === true;
  const now = pool.clock.now();
  const user: User = {
    sub,
    username: identity.username,
    status: confirmed ? 'CONFIRMED' : 'UNCONFIRMED',
    password: await hashPassword(request.Password, pool.passwordCost),
    attributes: {
      ...given,
      ...verifiedAttribute('email', given, decision.autoVerifyEmail === true),
      ...verifiedAttribute('phone_number', given, decision.autoVerifyPhone === true),
    },
    createdAt: now,
    modifiedAt: now,
    codes: {},
    sessions: [],
  };
  if (await pool.users.insert(user)) throw exists(pool);

  if (confirmed) {
    await runPostConfirmation(pool, user, client.id, request.ClientMetadata);
    return { UserConfirmed: true, UserSub: sub };
  }
  const destination = confirmationDestination(user, pool);
  const delivery = destination && (await sendCode(pool, sub, 'confirm', destination));
  return { UserConfirmed: false, UserSub: sub, CodeDeliveryDetails: delivery };
});

/** In a pool with `UsernameAttributes`, the user name is the `sub`, and the given name becomes an attribute. */
function chooseIdentity(name: string, sub: string, pool: Pool): { username: string; attributes: Attributes } {
  const { usernameAttributes, aliases } = pool.settings;
  const kind = name.includes('@') ? 'email' : /^\+[0-9]+$/.test(name) ? 'phone_number' : undefined;
  if (usernameAttributes.length > 0) {
    if (!kind || !usernameAttributes.includes(kind)) {
      const wanted = usernameAttributes.map((attribute) => (attribute === 'email' ? 'an email' : 'a phone number'));
      throw invalidParameter(`Username should be ${wanted.length > 1 ? 'either ' : ''}${wanted.join(' or ')}.`);
    }
    return { username: sub, attributes: { [kind]: name } };
  }
  if (kind && aliases.includes(kind)) {
    const words = kind === 'email' ? 'email' : 'phone number';
    throw invalidParameter(`Username cannot be of ${words} format, since user pool is configured for ${words} alias.`);
  }
  return { username: normalName(name, pool.settings), attributes: {} };
}

const verifiedAttribute = (attribute: string, given: Attributes, verified: boolean): Attributes =>
  given[attribute] ? { [`${attribute}_verified`]: String(verified) } : {};

const exists = (pool: Pool) =>
  new CognitoError(
    'UsernameExistsException',
    pool.settings.usernameAttributes.length > 0
      ? `An account with the given ${pool.settings.usernameAttributes.join(' or ')} already exists.`
      : 'User already exists',
  );
