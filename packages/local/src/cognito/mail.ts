import type { Clock } from '#clock';
import { oneLine, writeMail } from '#mail/mail-folder';
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
      const text = [template.message.replaceAll('{####}', message.code), '', message.code].join('\n');
      const { to, username, kind } = message;
      const about = `${username.slice(0, 64)}-${kind}`;
      const path = await writeMail(directory, { to, subject: template.subject, text, time: clock.now(), about });
      const what = message.kind === 'invite' ? 'temporary password' : 'code';
      log(`mail for ${oneLine(message.to)}: ${what} ${message.code} (${path})`);
    },
  };
}

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
