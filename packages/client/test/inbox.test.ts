import { beforeEach, describe, expect, it } from 'vitest';
import type { Http } from '../src/http.ts';
import { createInbox } from '../src/inbox.ts';
import type { ConversationView, ServerEvents } from '../src/index.ts';
import { fakeClock, fakeEvent, fakeMember, fakeReaction } from './fakes.ts';

const view = (fields: Partial<ConversationView> = {}): ConversationView => ({
  id: 'alice_bob',
  kind: 'direct',
  title: null,
  seq: 40,
  unread_count: 0,
  read_seq: 40,
  last_message: null,
  members: [fakeMember('alice'), fakeMember('bob')],
  ...fields,
});
const said = (seq: number, fields: Partial<ServerEvents['chat_message']> = {}) =>
  fakeEvent(seq, {
    from_user: { username: 'bob', name: 'Bob' },
    date_added: `2026-11-20T09:40:${seq}.000Z`,
    ...fields,
  });

let clock: ReturnType<typeof fakeClock>;
let requests: string[];
let answer: ConversationView;
let inbox: ReturnType<typeof createInbox>;
const row = () => inbox.conversations[0];

beforeEach(() => {
  clock = fakeClock();
  requests = [];
  const http: Http = async <Answer>(_: string, path: string) => {
    requests.push(path);
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
    expect(requests).toEqual([]);
  });

  it('that do not come are asked for, once', async () => {
    answer = view({ seq: 44, unread_count: 4 });
    inbox.apply(said(44));
    expect(row()).toMatchObject({ unread_count: 1 });
    await clock.pass(60_000);
    expect([requests, row()?.unread_count]).toEqual([['/conversations/alice_bob'], 4]);
    inbox.apply(said(42));
    expect(row()?.unread_count).toBe(4);
  });

  it('leave no hole where a reaction took a number', async () => {
    inbox.apply(said(41));
    inbox.apply(fakeReaction({ seq: 41, change: 42 }));
    inbox.apply(said(43));
    await clock.pass(60_000);
    expect([requests, row()?.unread_count]).toEqual([[], 2]);
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

it('an answer from before the user read further does not bring the unread messages back', async () => {
  inbox.apply(said(41));
  inbox.apply(said(42));
  answer = view({ seq: 42, unread_count: 1, read_seq: 41 });
  inbox.apply({ type: 'messages_read', conversation: 'alice_bob', user: 'alice', up_to: 41 });
  inbox.apply({ type: 'messages_read', conversation: 'alice_bob', user: 'alice', up_to: 42 });
  // The request that the first event caused was answered before; the next one sees that the user has read everything.
  answer = view({ seq: 42, read_seq: 42 });
  await clock.pass(0);
  expect(row()).toMatchObject({ seq: 42, unread_count: 0, read_seq: 42 });
  expect(requests.length).toBe(2);
});

it('settings are there with their event, and a message asks whether what was archived is back', async () => {
  const unset = {
    muted_until: null,
    notify: 'all',
    archived: false,
    archived_seq: null,
    pinned: false,
    unread_from: null,
    marked_seq: null,
    quiet: false,
  } as const;
  const settings = { ...unset, archived: true, archived_seq: 40, quiet: true };
  const event = { type: 'conversation_settings', conversation: 'alice_bob', settings, unread_count: 3 } as const;
  inbox.apply({ ...event, muted: true });
  expect([requests, row()]).toMatchObject([[], { settings, muted: true, unread_count: 3 }]);
  inbox.apply(said(41));
  expect(requests).toEqual([]);
  inbox.apply({ ...event, muted: false });
  answer = view({ seq: 42, unread_count: 5 });
  inbox.apply(said(42));
  await clock.pass(0);
  expect([requests, row()?.settings]).toEqual([['/conversations/alice_bob'], undefined]);
});
