import { newCode } from './codes.ts';
import { type CodeDelivery, deliveryDetails } from './mail.ts';
import type { Pool } from './pool.ts';
import type { Contact } from './pool-settings.ts';
import type { User } from './user.ts';

export interface Destination {
  readonly attribute: Contact;
  readonly to: string;
}

/** The destination of a sign-up code. If the pool verifies both, Cognito prefers the phone number to the email address. */
export function confirmationDestination(user: Pick<User, 'attributes'>, pool: Pool): Destination | undefined {
  return firstGiven(
    user,
    (['phone_number', 'email'] as const).filter((name) => pool.settings.autoVerified.includes(name)),
  );
}

/** The destination of a code for a forgotten password, which must be verified. */
export function recoveryDestination(user: Pick<User, 'attributes'>, pool: Pool): Destination | undefined {
  const verified = pool.settings.recovery.filter((name) => user.attributes[`${name}_verified`] === 'true');
  return firstGiven(user, verified);
}

/** @param choices in the order of preference */
function firstGiven(user: Pick<User, 'attributes'>, choices: readonly Contact[]): Destination | undefined {
  for (const attribute of choices) {
    const to = user.attributes[attribute];
    if (to) return { attribute, to };
  }
  return undefined;
}

/** Stores and sends a new code, which replaces an earlier one. */
export async function sendCode(
  pool: Pool,
  sub: string,
  kind: 'confirm' | 'forgot',
  { attribute, to }: Destination,
): Promise<CodeDelivery> {
  const code = newCode(kind, pool.clock.now());
  const saved = await pool.users.update(sub, (user) => ({ ...user, codes: { ...user.codes, [kind]: code } }));
  if (saved && 'username' in saved) {
    await pool.mailbox.send({ kind, username: saved.username, code: code.code, attribute, to }, pool.settings.mail);
  }
  return deliveryDetails(attribute, to);
}

/** The response for an unknown user, if the client hides users. */
export function fakeDelivery(username: string): CodeDelivery {
  return deliveryDetails('email', username.includes('@') ? username : `${username.slice(0, 1)}@e`);
}
