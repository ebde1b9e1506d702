import { z } from 'zod';
import { type Attributes, readAttributes, requireMutable } from '../attributes.ts';
import { newCode } from '../codes.ts';
import { deliveryDetails } from '../mail.ts';
import { userOperation } from '../operation.ts';
import type { Pool } from '../pool.ts';
import type { Contact } from '../pool-settings.ts';
import * as shape from '../shapes.ts';
import { updateUser } from '../update-user.ts';
import type { User } from '../user.ts';

const input = z.object({ AccessToken: shape.accessToken, UserAttributes: shape.attributes });

/**
 * A new address is unverified until its code came back (VerifyUserAttribute); in a pool that verifies before it updates, the old one
 * stays until then.
 */
export const updateUserAttributes = userOperation(input, async ({ pool, client, user }, request) => {
  const given = readAttributes(request.UserAttributes, pool.settings, client);
  requireMutable(given, pool.settings);
  const contacts = (['email', 'phone_number'] as const).filter(
    (name) => given[name] && given[name] !== user.attributes[name],
  );
  const asked = contacts
    .filter((name) => pool.settings.autoVerified.includes(name))
    .map((name) => ({ attribute: name, value: given[name] ?? '', ...newCode('verify', pool.clock.now()) }));
  await updateUser(pool, user.sub, (current) => ({
    ...current,
    attributes: { ...current.attributes, ...effectiveNow(given, contacts, pool) },
    codes: {
      ...current.codes,
      verify: {
        ...current.codes.verify,
        ...Object.fromEntries(asked.map(({ attribute, ...rest }) => [attribute, rest])),
      },
    },
  }));
  await Promise.all(asked.map((ask) => send(pool, user, ask)));
  return { CodeDeliveryDetailsList: asked.map(({ attribute, value }) => deliveryDetails(attribute, value)) };
});

function effectiveNow(given: Attributes, contacts: readonly Contact[], pool: Pool): Attributes {
  const held = contacts.filter((name) => pool.settings.verifyBeforeUpdate.includes(name));
  const unverified = contacts.filter((name) => !held.includes(name)).map((name) => [`${name}_verified`, 'false']);
  const now = Object.entries(given).filter(([name]) => !held.some((contact) => contact === name));
  return Object.fromEntries([...now, ...unverified]);
}

function send(pool: Pool, user: User, ask: { attribute: Contact; value: string; code: string }): Promise<void> {
  const letter = {
    kind: 'verify',
    username: user.username,
    code: ask.code,
    attribute: ask.attribute,
    to: ask.value,
  } as const;
  return pool.mailbox.send(letter, pool.settings.mail);
}
