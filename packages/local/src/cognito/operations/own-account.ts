import { z } from 'zod';
import {
  type Attributes,
  attributeList,
  readAttributes,
  readableAttributes,
  requireMutable,
} from '#cognito/attributes';
import { newCode, requireCode } from '#cognito/codes';
import { notAuthorized } from '#cognito/errors';
import { deliveryDetails } from '#cognito/mail';
import { secretsOf } from '#cognito/new-password';
import { userOperation } from '#cognito/operation';
import { passwordMatches, requirePasswordPolicy } from '#cognito/passwords';
import type { Pool } from '#cognito/pool';
import type { Contact } from '#cognito/pool-settings';
import * as shape from '#cognito/shapes';
import { signOutEverywhere, updateUser } from '#cognito/update-user';

const onlyToken = z.object({ AccessToken: shape.accessToken });

export const getUser = userOperation(onlyToken, async ({ user, client }) => ({
  Username: user.username,
  UserAttributes: attributeList(user.sub, readableAttributes(user.attributes, client)),
}));

export const globalSignOut = userOperation(onlyToken, async ({ pool, user }) => {
  await updateUser(pool, user.sub, signOutEverywhere);
  return {};
});

export const deleteUser = userOperation(onlyToken, async ({ pool, user }) => {
  await pool.users.remove(user.sub);
  return {};
});

export const changePassword = userOperation(
  z.object({
    AccessToken: shape.accessToken,
    PreviousPassword: shape.anyPassword,
    ProposedPassword: shape.password,
  }),
  async ({ pool, user }, request) => {
    pool.attempts.count('ChangePassword', user.sub);
    requirePasswordPolicy(request.ProposedPassword, pool.settings.passwordPolicy);
    if (!(await passwordMatches(request.PreviousPassword, user.password))) {
      throw notAuthorized('Incorrect username or password.');
    }
    const secrets = await secretsOf(pool, user.username, request.ProposedPassword);
    await updateUser(pool, user.sub, (current) => ({ ...current, ...secrets }));
    return {};
  },
);

/**
 * A new address is unverified until VerifyUserAttribute gets its code. If the pool verifies before it updates, the old address stays until
 * then.
 */
export const updateUserAttributes = userOperation(
  z.object({ AccessToken: shape.accessToken, UserAttributes: shape.attributes }),
  async ({ pool, client, user }, request) => {
    const given = readAttributes(request.UserAttributes, pool.settings, client);
    requireMutable(given, pool.settings);
    const contacts = (['email', 'phone_number'] as const).filter(
      (name) => given[name] && given[name] !== user.attributes[name],
    );
    const codes = contacts
      .filter((name) => pool.settings.autoVerified.includes(name))
      .map((name) => ({ attribute: name, value: given[name] ?? '', ...newCode('verify', pool.clock.now()) }));
    await updateUser(pool, user.sub, (current) => ({
      ...current,
      attributes: { ...current.attributes, ...effectiveNow(given, contacts, pool) },
      codes: {
        ...current.codes,
        verify: {
          ...current.codes.verify,
          ...Object.fromEntries(codes.map(({ attribute, ...rest }) => [attribute, rest])),
        },
      },
    }));
    const { username } = user;
    await Promise.all(
      codes.map(({ attribute, value, code }) =>
        pool.mailbox.send({ kind: 'verify', username, code, attribute, to: value }, pool.settings.mail),
      ),
    );
    return { CodeDeliveryDetailsList: codes.map(({ attribute, value }) => deliveryDetails(attribute, value)) };
  },
);

/** The attributes that change before verification. */
function effectiveNow(given: Attributes, contacts: readonly Contact[], pool: Pool): Attributes {
  const deferred = contacts.filter((name) => pool.settings.verifyBeforeUpdate.includes(name));
  const unverified = contacts.filter((name) => !deferred.includes(name)).map((name) => [`${name}_verified`, 'false']);
  const now = Object.entries(given).filter(([name]) => !deferred.some((contact) => contact === name));
  return Object.fromEntries([...now, ...unverified]);
}

export const verifyUserAttribute = userOperation(
  z.object({ AccessToken: shape.accessToken, AttributeName: z.string(), Code: shape.code }),
  async ({ pool, user }, request) => {
    const name = request.AttributeName;
    pool.attempts.count('VerifyUserAttribute', user.sub);
    await updateUser(pool, user.sub, (current) => {
      const { [name]: sent, ...others } = current.codes.verify ?? {};
      requireCode(sent, request.Code, pool.clock.now());
      return {
        ...current,
        attributes: { ...current.attributes, ...(sent && { [name]: sent.value }), [`${name}_verified`]: 'true' },
        codes: { ...current.codes, verify: others },
      };
    });
    return {};
  },
);
