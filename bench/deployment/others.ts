/**
 * What others charge for the same month, by their public price lists. Their own pages are drawn by scripts and could not be read from here: the
 * figures are those of the copies that github.com/api-evangelist keeps, with the date of the copy. Ask the companies before you decide.
 */
import type { Inputs } from './inputs.ts';

export interface Offer {
  readonly name: string;
  /** Dollars for the month. */
  readonly dollars: number;
  readonly how: string;
  readonly source: string;
}

/** The smallest of the plans, by users, that holds so many. */
function plan(users: number, plans: readonly (readonly [users: number, dollars: number])[]): readonly [number, number] {
  const fits = plans.find(([most]) => users <= most) ?? plans.at(-1);
  if (!fits) throw new Error('unable to compare; there are no plans');
  return fits;
}

const planText = (most: number) => `plan for ${most.toLocaleString('en')} users a month`;

/** @param peak users who have the page open at once, if everybody comes at the same time of day */
export function offers(inputs: Inputs): readonly Offer[] {
  const { users, messagesPerUserDay, hoursPerUserDay, days, typingSeconds } = inputs;
  const messages = users * messagesPerUserDay * days;
  const minutes = users * hoursPerUserDay * 60 * days;
  const [streamUsers, stream] = plan(users, [
    [10_000, 499],
    [25_000, 1_299],
    [50_000, 2_299],
  ]);
  const [sendbirdUsers, sendbird] = plan(users, [[5_000, 399]]);
  const [pubnubUsers, pubnub] = plan(users, [
    [1_000, 98],
    [5_000, 370],
    [10_000, 550],
    [25_000, 1_130],
  ]);
  // A message, a receipt and each typing event are published once and delivered to the other; the author gets the message back.
  const typed = Math.ceil(typingSeconds / 10);
  const ablyMessages = messages * (3 + 2 * typed + 2);
  return [
    {
      name: 'Stream, Start',
      dollars: stream,
      how: `${planText(streamUsers)}, paid monthly. The free plan has 1,000 users and 100 connections at once.`,
      source: 'https://getstream.io/chat/pricing/, copy of 8 May 2026',
    },
    {
      name: 'Sendbird, Starter',
      dollars: sendbird,
      how: `${planText(sendbirdUsers)}, paid monthly; a twentieth of them connected at once, which is less than here.`,
      source: 'https://sendbird.com/pricing/chat, copy of 4 May 2026',
    },
    {
      name: 'Ably, Standard',
      dollars: 29 + (ablyMessages / 1_000_000) * 2.5 + (minutes / 1_000_000) * 1 + (minutes / 1_000_000) * 1,
      how: '$29, $2.50 a million messages in or out, $1 a million minutes of connections, and the same of channels: one for each user.',
      source: 'https://ably.com/pricing, copy of 8 May 2026',
    },
    {
      name: 'PubNub, Starter or Pro',
      dollars: pubnub,
      how: `${planText(pubnubUsers)}.`,
      source: 'https://www.pubnub.com/pricing/, copy of 8 May 2026',
    },
  ];
}

/**
 * AWS's own sample of a chat on API Gateway (github.com/aws-samples/simple-websockets-chat-app): it stores connections and no messages, reads the
 * table of all connections for each message, and has neither typing nor receipts. Its posts go to everybody, so this is the share of two people.
 * @returns dollars for one message between two people, of `online` who are connected
 */
export function sampleMessage(online: number, prices: { readonly message: number; readonly read: number }): number {
  // A connection is about 100 bytes: the scan reads 4 KB for half a unit.
  const scanned = Math.ceil((online * 100) / 4_096) / 2;
  return (1 + online) * prices.message + scanned * prices.read;
}
