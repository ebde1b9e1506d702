import { z } from 'zod';
import { type Attributes, readAttributes, requireMutable } from '#cognito/attributes';
import { newCode } from '#cognito/codes';
import { deliveryDetails } from '#cognito/mail';
import { userOperation } from '#cognito/operation';
import type { Pool } from '#cognito/pool';
import type { Contact } from '#cognito/pool-settings';
import * as shape from '#cognito/shapes';
import { updateUser } from '#cognito/update-user';

const input = z.object({ AccessToken: shape.accessToken, UserAttributes: shape.attributes });

/**
 * A new address is unverified until VerifyUserAttribute gets its code. If the pool verifies before it updates, the old address stays until
 * then.
 */
export const updateUserAttributes = userOperation(input, async ({ pool, client, user }, request) => {
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
});

/** The attributes that change before verification. */
function effectiveNow(given: Attributes, contacts: readonly Contact[], pool: Pool): Attributes {
  const deferred = contacts.filter((name) => pool.settings.verifyBeforeUpdate.includes(name));
  const unverified = contacts.filter((name) => !deferred.includes(name)).map((name) => [`${name}_verified`, 'false']);
  const now = Object.entries(given).filter(([name]) => !deferred.some((contact) => contact === name));
  return Object.fromEntries([...now, ...unverified]);
}
