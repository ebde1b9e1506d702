import type { Attributes } from './attributes.ts';
import { newCode } from './codes.ts';
import { invalidParameter } from './errors.ts';
import { type CodeDelivery, deliveryDetails } from './mail.ts';
import type { Pool } from './pool.ts';
import type { Contact } from './pool-settings.ts';
import { updateUser } from './update-user.ts';
import type { User } from './user.ts';

const contacts = ['email', 'phone_number'] as const satisfies Contact[];

/**
 * Changes attributes. A new address is unverified until VerifyUserAttribute gets its code, unless an administrator says that it is verified.
 * If the pool verifies before it updates, the old address stays until then. Source: API reference, (Admin)UpdateUserAttributes.
 */
export async function changeAttributes(pool: Pool, user: User, given: Attributes): Promise<CodeDelivery[]> {
  const unverified = contacts.filter(
    (name) => given[name] && given[name] !== user.attributes[name] && given[`${name}_verified`] !== 'true',
  );
  const deferred = unverified.filter((name) => pool.settings.verifyBeforeUpdate.includes(name));
  const now = Object.entries(given).filter(([name]) => !deferred.some((contact) => contact === name));
  const marks = unverified.filter((name) => !deferred.includes(name)).map((name) => [`${name}_verified`, 'false']);
  await updateUser(pool, user.sub, (current) => ({
    ...current,
    attributes: { ...current.attributes, ...Object.fromEntries([...now, ...marks]) },
  }));
  const verified = unverified.filter((name) => pool.settings.autoVerified.includes(name));
  return sendVerification(
    pool,
    user,
    verified.map((attribute) => ({ attribute, value: given[attribute] ?? '' })),
  );
}

/** Sends a code to each address, which VerifyUserAttribute takes. */
export async function sendVerification(
  pool: Pool,
  { sub, username }: User,
  addresses: readonly { readonly attribute: Contact; readonly value: string }[],
): Promise<CodeDelivery[]> {
  const codes = addresses.map((address) => ({ ...address, ...newCode('verify', pool.clock.now()) }));
  const stored = Object.fromEntries(codes.map(({ attribute, ...rest }) => [attribute, rest]));
  if (codes.length > 0) {
    await updateUser(pool, sub, (current) => ({
      ...current,
      codes: { ...current.codes, verify: { ...current.codes.verify, ...stored } },
    }));
  }
  await Promise.all(
    codes.map(({ attribute, value, code }) =>
      pool.mailbox.send({ kind: 'verify', username, code, attribute, to: value }, pool.settings.mail),
    ),
  );
  return codes.map(({ attribute, value }) => deliveryDetails(attribute, value));
}

/** An address goes with its mark. @throws CognitoError InvalidParameterException for an attribute that the pool requires */
export async function removeAttributes(pool: Pool, sub: string, named: Attributes): Promise<void> {
  const required = pool.settings.schema.find(({ Name, Required }) => Required && Name in named);
  if (required) throw invalidParameter(`user.${required.Name}: Attribute cannot be deleted.\n`);
  const gone = new Set(Object.keys(named).flatMap((name) => [name, `${name}_verified`]));
  await updateUser(pool, sub, (current) => ({
    ...current,
    attributes: Object.fromEntries(Object.entries(current.attributes).filter(([name]) => !gone.has(name))),
  }));
}
