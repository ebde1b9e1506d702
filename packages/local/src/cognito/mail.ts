import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '#clock';
import { hasCode } from '#text';
import type { Contact, PoolSettings } from './pool-settings.ts';

export interface CodeMessage {
  readonly kind: 'confirm' | 'forgot' | 'invite' | 'verify';
  readonly username: string;
  /** Of an invitation: the temporary password. */
  readonly code: string;
  readonly attribute: Contact;
  /** The email address or phone number. */
  readonly to: string;
}

/** The description of a sent code in Cognito's responses. */
export interface CodeDelivery {
  readonly AttributeName: Contact;
  readonly DeliveryMedium: 'EMAIL' | 'SMS';
  readonly Destination: string;
}

/** Writes each email or text message to a file. */
export interface Mailbox {
  send(message: CodeMessage, template: PoolSettings['mail']): Promise<void>;
}

/** @param directory where the files go, named by time, user and kind */
export function createMailbox(directory: string, clock: Clock, log: (line: string) => void): Mailbox {
  return {
    async send(message, template) {
      const time = new Date(clock.now()).toISOString();
      const text = [
        `To: ${oneLine(message.to)}`,
        `Subject: ${template.subject}`,
        `Date: ${time}`,
        '',
        template.message.replaceAll('{####}', message.code),
        '',
        message.code,
        '',
      ].join('\n');
      await mkdir(directory, { recursive: true });
      const path = await create(
        join(directory, `${time.replaceAll(':', '-')}-${fileName(message.username)}-${message.kind}`),
        text,
      );
      const what = message.kind === 'invite' ? 'temporary password' : 'code';
      log(`mail for ${oneLine(message.to)}: ${what} ${message.code} (${path})`);
    },
  };
}

async function create(path: string, text: string): Promise<string> {
  for (let number = 1; ; number++) {
    const full = number === 1 ? `${path}.txt` : `${path}-${number}.txt`;
    try {
      await writeFile(full, text, { flag: 'wx', mode: 0o600 });
      return full;
    } catch (error) {
      // The name may exist, because the user got two messages of this kind in the same millisecond.
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
}

// User names and addresses come from the caller: they must not leave the folder or add lines.
const fileName = (username: string) => username.replaceAll(/[^A-Za-z0-9.@_-]/g, '_').slice(0, 64);
const oneLine = (text: string) => text.replaceAll(/\p{Cc}/gu, ' ');

/** Masks `alice@example.com` as `a***@e***`, as Cognito does. */
export function deliveryDetails(attribute: Contact, to: string): CodeDelivery {
  if (attribute === 'phone_number') {
    return { AttributeName: attribute, DeliveryMedium: 'SMS', Destination: `+${'*'.repeat(7)}${to.slice(-4)}` };
  }
  const [name = '', host = ''] = to.split('@');
  return {
    AttributeName: attribute,
    DeliveryMedium: 'EMAIL',
    Destination: `${name.slice(0, 1)}***@${host.slice(0, 1)}***`,
  };
}
