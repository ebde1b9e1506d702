import { randomUUID } from 'node:crypto';
import { type Attributes, readAttributes, requireComplete } from '#cognito/attributes';
import { requireSecretHash } from '#cognito/client-secrets';
import { confirmationDestination, sendCode } from '#cognito/delivery';
import { CognitoError, notAuthorized } from '#cognito/errors';
import { chooseIdentity } from '#cognito/identity';
import { secretsOf } from '#cognito/new-password';
import { clientOperation } from '#cognito/operation';
import { requirePasswordPolicy } from '#cognito/passwords';
import { findUser, type Pool } from '#cognito/pool';
import * as shape from '#cognito/shapes';
import type { User } from '#cognito/user';
import { runPostConfirmation } from './confirm-sign-up.ts';

const input = shape.clientUser.extend({
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
    enabled: true,
    ...(await secretsOf(pool, identity.username, request.Password)),
    attributes: {
      ...given,
      ...verifiedAttribute('email', given, decision.autoVerifyEmail === true),
      ...verifiedAttribute('phone_number', given, decision.autoVerifyPhone === true),
    },
    groups: [],
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

const verifiedAttribute = (attribute: string, given: Attributes, verified: boolean): Attributes =>
  given[attribute] ? { [`${attribute}_verified`]: String(verified) } : {};

const exists = (pool: Pool) =>
  new CognitoError(
    'UsernameExistsException',
    pool.settings.usernameAttributes.length > 0
      ? `An account with the given ${pool.settings.usernameAttributes.join(' or ')} already exists.`
      : 'User already exists',
  );
