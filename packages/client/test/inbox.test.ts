import { beforeEach, describe, expect, it } from 'vitest';
import type { Http } from '../src/http.ts';
import { createInbox } from '../src/inbox.ts';
import type { ConversationView, ServerEvent } from '../src/index.ts';
import { fakeClock } from './fakes.ts';

const member = (username: string) => ({
  ...{ username, name: username, role: 'member' as const, read_seq: 0, online: true, last_seen: null },
  delivered_until: null,
});
const view = (more: Partial<ConversationView> = {}): ConversationView => ({
  ...{ id: 'alice_bob', kind: 'direct', title: null, seq: 40, unread_count: 0, read_seq: 40, last_message: null },
  ...{ members: [member('alice'), member('bob')] },
  ...more,
});
const said = (seq: number, more: Partial<ServerEvent & { type: 'chat_message' }> = {}): ServerEvent => ({
  ...{ type: 'chat_message', room: 'alice_bob', id: `m${seq}`, seq, conversation: 'alice_bob', message: `${seq}` },
  ...{ from_user: { username: 'bob', name: 'Bob' }, content_type: 'text', attachments: [], multimedia_url: null },
  ...{ reply_to: null, mentions: [], reactions: {}, date_added: `2026-11-20T09:40:${seq}.000Z`, edited_at: null },
  deleted: false,
  ...more,
});

let clock: ReturnType<typeof fakeClock>;
let asked: string[];
let answer: ConversationView;
let inbox: ReturnType<typeof createInbox>;
const row = () => inbox.conversations[0];

beforeEach(() => {
  clock = fakeClock();
  asked = [];
  // What the server would answer: that it is asked, and with what it is believed, is what is tried here.
  const http: Http = async <Answer>(_: string, path: string) => {
    asked.push(path);
    return answer as Answer;
  };
  inbox = createInbox({ http, clock, random: () => 0, me: () => 'alice', onChange() {} });
  inbox.put(view());
});

describe('messages of a conversation that is not open', () => {
  it('count once each, in whatever order and however often they come, and the newest is shown', async () => {
    for (const seq of [41, 44, 42, 42, 43, 41]) inbox.apply(said(seq));
    expect(row()).toMatchObject({ seq: 44, unread_count: 4, last_message: { seq: 44 } });
    await clock.pass(60_000);
    expect(asked).toEqual([]);
  });

  it('that do not come are asked for, once', async () => {
    answer = view({ seq: 44, unread_count: 4 });
    inbox.apply(said(44));
    expect(row()).toMatchObject({ unread_count: 1 });
    await clock.pass(60_000);
    expect([asked, row()?.unread_count]).toEqual([['/conversations/alice_bob'], 4]);
    inbox.apply(said(42));
    expect(row()?.unread_count).toBe(4);
  });

  it('leave no hole where a reaction took a number', async () => {
    inbox.apply(said(41));
    inbox.apply({
      ...{ type: 'reaction', conversation: 'alice_bob', seq: 41, emoji: '👍', user: 'bob', removed: false, change: 42 },
    });
    inbox.apply(said(43));
    await clock.pass(60_000);
    expect([asked, row()?.unread_count]).toEqual([[], 2]);
  });
});

it('how far the others have come with the last message is known from the list', () => {
  inbox.apply(said(41, { from_user: { username: 'alice', name: 'Alice' }, delivered_to: [] }));
  const bob = () => row()?.members.find(({ username }) => username === 'bob');
  expect(bob()).toMatchObject({ delivered_until: null, read_seq: 0 });
  inbox.apply({ type: 'message_delivered', conversation: 'alice_bob', seq: 41, to: ['bob'] });
  expect(bob()).toMatchObject({ delivered_until: '2026-11-20T09:40:41.000Z', read_seq: 0 });
  inbox.apply({ type: 'messages_read', conversation: 'alice_bob', user: 'bob', up_to: 41 });
  expect(bob()).toMatchObject({ read_seq: 41 });
});
