import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '#clock';
import type { Contact, PoolSettings } from './pool-settings.ts';

export interface Letter {
  readonly kind: 'confirm' | 'forgot' | 'verify';
  readonly username: string;
  readonly code: string;
  readonly attribute: Contact;
  /** The address or telephone number. */
  readonly to: string;
}

/** What Cognito tells the caller of a code that it sent. */
export interface CodeDelivery {
  readonly AttributeName: Contact;
  readonly DeliveryMedium: 'EMAIL' | 'SMS';
  readonly Destination: string;
}

/** Mail and text messages, delivered as files: one each, to be opened with anything. */
export interface Mailbox {
  send(letter: Letter, template: PoolSettings['mail']): Promise<void>;
}

/** @param directory where the files go, named by time, user and kind */
export function createMailbox(directory: string, clock: Clock, log: (line: string) => void): Mailbox {
  return {
    async send(letter, template) {
      const time = new Date(clock.now()).toISOString();
      const text = [
        `To: ${oneLine(letter.to)}`,
        `Subject: ${template.subject}`,
        `Date: ${time}`,
        '',
        template.message.replaceAll('{####}', letter.code),
        '',
        letter.code,
        '',
      ].join('\n');
      await mkdir(directory, { recursive: true });
      const path = await create(
        join(directory, `${time.replaceAll(':', '-')}-${fileName(letter.username)}-${letter.kind}`),
        text,
      );
      log(`mail for ${oneLine(letter.to)}: code ${letter.code} (${path})`);
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
      // Two letters of one kind to one user in the same millisecond.
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
}

// User names and addresses are the caller's words: they must not leave the folder nor start a line of their own.
const fileName = (username: string) => username.replaceAll(/[^A-Za-z0-9.@_-]/g, '_').slice(0, 64);
const oneLine = (text: string) => text.replaceAll(/\p{Cc}/gu, ' ');

/** `alice@example.com` → `a***@e***`, as Cognito masks it. */
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
