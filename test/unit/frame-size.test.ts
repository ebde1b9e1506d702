/** Everything that the limits allow together must fit a frame. Otherwise nobody would get the event. */
import { describe, expect, it } from 'vitest';
import { fitFrame, toMessage } from '#lambdas/delivery/render';
import type { MessageEntry, Reaction } from '#lambdas/store/entry';
import type { ServerEvent } from '#protocol/events';
import { limits } from '#protocol/limits';
import { bytesOf, messageText } from '#protocol/message-text';

/** Names of bucket and region as long as AWS allows, and a session token as functions have it. */
const bucket = {
  name: 'b'.repeat(63),
  region: 'ap-southeast-2',
  credentials: {
    accessKeyId: 'A'.repeat(20),
    secretAccessKey: 'unit',
    sessionToken: Buffer.from(Array.from({ length: 900 }, (_, index) => (index * 89) % 256)).toString('base64'),
  },
};

const longest = 999_999_999_999;
/** A character that takes six bytes in JSON. */
const name = '\u0001'.repeat(limits.nameLength);

function person(index: number): string {
  return String(index).padEnd(limits.userNameLength, 'a');
}
const people = Array.from({ length: limits.mentionsPerMessage }, (_, index) => person(index));

/** As many reactions as `reactionBytes` allows. */
function reactions(): Reaction[] {
  const all: Reaction[] = [];
  for (;;) {
    const next = { emoji: '👩🏽‍❤️‍💋‍👩🏽', user: person(100 + all.length), stands: true, since: 2 };
    if (bytesOf([...all, next].map(({ emoji, user }) => [emoji, user])) > limits.reactionBytes) return all;
    all.push(next);
  }
}

function longestText(attachments: number): string {
  const fits = (length: number) => {
    try {
      return messageText('\u0001'.repeat(length), attachments) !== '';
    } catch {
      return false;
    }
  };
  let length: number = limits.textLength;
  while (length > 8 && !fits(length)) length -= 8;
  return '\u0001'.repeat(length);
}

async function largest(conversation: string, mentions: string[], attachments: number, letter: string) {
  const files = Array.from({ length: attachments }, (_, index) => ({
    id: String(index).padStart(26, '0'),
    filename: letter.repeat(limits.filenameLength),
    // The longest that a form accepts.
    content_type: `application/${'x'.repeat(100)}${`;${'p'.repeat(20)}="${'v'.repeat(60)}"`.repeat(2)}`,
    size: limits.attachmentBytes,
    width: limits.attachmentPixels,
    height: limits.attachmentPixels,
  }));
  const entry: MessageEntry = {
    ...{ type: 'message', conversation, seq: longest, id: '0'.repeat(26), user: person(0), content_type: 'system' },
    ...{ text: longestText(attachments), files, reply_to: longest, mentions, reactions: reactions() },
    ...{ client_id: '', count: longest, at: 0, edited_at: 0, deleted: false, changed: longest },
  };
  return toMessage({ bucket }, entry, new Map([[person(0), name]]));
}

describe.each([
  ['of twelve people with the longest names', people.slice(0, 12).join('_'), people.slice(0, 12)],
  ['of a room', `room:${'r'.repeat(limits.roomNameLength)}`, people],
])('a message as large as can be, in a conversation %s,', (_, conversation, mentions) => {
  it.each([
    [0, 'a'],
    [1, 'a'],
    [1, '文'],
    [limits.attachmentsPerMessage, 'a'],
    [limits.attachmentsPerMessage, '文'],
  ])('with %i files whose names are of %s, fits every frame it comes in', async (attachments, letter) => {
    const message = await largest(conversation, mentions, attachments, letter);
    const own = { ...message, client_id: '\u0001'.repeat(limits.clientIdLength) };
    const notice = { conversation, unread_count: longest, name, message, mentioned: true } as const;
    const events: ServerEvent[] = [
      { type: 'chat_message', ...own, room: conversation, delivered_to: [] },
      { type: 'message_edited', ...message, room: conversation, change: longest },
      { type: 'new_message_notification', ...notice },
      { type: 'single_conversation_new_message_notification', ...notice },
    ];
    const sizes = Object.fromEntries(events.map((event) => [event.type, bytesOf(event)]));
    expect(Object.entries(sizes).filter(([, bytes]) => bytes > limits.frameBytes)).toEqual([]);
    expect(fitFrame([own])).toHaveLength(1);
  });
});
