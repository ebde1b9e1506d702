/** What a member sets of a conversation for themselves alone. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Chat, startChat } from '../support/chat.ts';
import { acquaint, named, type Person } from '../support/person.ts';
import type { Event } from '../support/socket.ts';

let chat: Chat;
beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.stop());

const unset = {
  muted_until: null,
  notify: 'all',
  archived: false,
  archived_seq: null,
  pinned: false,
  unread_from: null,
  marked_seq: null,
  quiet: false,
};
const always = '9999-12-31T23:59:59.999Z';
const set = (by: Person, of: string, change: object) => by.request('PATCH', `/conversations/${of}/settings`, change);
const say = async (by: Person, of: string, message: string): Promise<Event> => {
  const { status, body } = await by.post(`/conversations/${of}/messages`, { message });
  expect(status).toBe(201);
  return body;
};
const inboxOf = async (person: Person): Promise<Event[]> => (await person.get('/conversations')).body.results;
const rowOf = async (person: Person, id: string) => (await inboxOf(person)).find((view) => view.id === id);

it('settings are told to all devices of their user, and to nobody else; what is so already is not told again', async () => {
  const [alice, bob] = await chat.people('alice', 'bob');
  const of = named(alice, bob);
  await say(bob, of, 'hello');
  const [device, inside, watching, bobs] = [
    await alice.everything(),
    await alice.enter(of),
    await alice.connect({ notifications: 'all' }),
    await bob.everything(),
  ];
  await chat.settled();
  await Promise.all([device.rest(), inside.rest(), watching.rest(), bobs.rest()]);
  expect(await rowOf(alice, of)).not.toHaveProperty('settings');

  const settings = { ...unset, muted_until: always, pinned: true, quiet: true };
  const answer = await set(alice, of, { muted_until: always, pinned: true });
  expect(answer).toMatchObject({ status: 200, body: { settings, unread_count: 1 } });
  for (const socket of [device, inside]) {
    expect(await socket.next()).toEqual({ type: 'conversation_muted', conversation: of, muted: true });
    expect(await socket.next()).toEqual({
      type: 'conversation_settings',
      conversation: of,
      settings,
      muted: true,
      unread_count: 1,
    });
  }
  expect(await watching.next()).toEqual({ type: 'unread_count', unread_count: 0 });
  expect(await device.next()).toEqual({ type: 'unread_count', unread_count: 0 });
  expect(await rowOf(alice, of)).toMatchObject({ muted: true, settings, unread_count: 1 });
  expect((await alice.get(`/conversations/${of}`)).body).toMatchObject({ muted: true, settings });
  expect(await rowOf(bob, of)).not.toHaveProperty('settings');

  expect(await set(alice, of, { muted_until: always })).toMatchObject({ status: 200, body: { settings } });
  expect(await set(alice, of, {})).toMatchObject({ status: 200, body: { settings } });
  for (const socket of [device, inside, watching, bobs]) expect(await socket.rest()).toEqual([]);

  expect(await set(alice, of, { muted_until: null, pinned: false })).toMatchObject({ body: { settings: unset } });
  expect(await device.next('conversation_settings')).toMatchObject({ settings: unset });
  expect(await rowOf(alice, of)).not.toHaveProperty('settings');
});

it('a mention breaks a mute and is all that notifies at the level of mentions, and nothing notifies at the level of none', async () => {
  const [alice, bob] = await chat.people('malice', 'mbob');
  const of = named(alice, bob);
  await say(bob, of, 'before');
  const watching = await alice.connect({ notifications: 'all' });
  await watching.next('unread_count');
  const heard = async () => {
    await say(bob, of, 'plain');
    await say(bob, of, `hey @${alice.username}`);
    await chat.settled();
    const events = await watching.rest();
    return events
      .filter(({ type }) => type === 'new_message_notification')
      .map(({ message, mentioned, unread_count }) => [message.message.slice(0, 5), mentioned, unread_count > 0]);
  };
  expect(await heard()).toEqual([
    ['plain', undefined, true],
    ['hey @', true, true],
  ]);
  await set(alice, of, { muted_until: always });
  expect(await heard()).toEqual([['hey @', true, false]]);
  await set(alice, of, { muted_until: null, notify: 'mentions' });
  expect(await rowOf(alice, of)).not.toHaveProperty('muted');
  expect(await heard()).toEqual([['hey @', true, false]]);
  await set(alice, of, { muted_until: always, notify: 'none' });
  expect(await heard()).toEqual([]);
  // The older route ends both mutes, and leaves what is no mute.
  await alice.request('DELETE', `/conversations/${of}/mute`);
  expect(await rowOf(alice, of)).not.toHaveProperty('settings');
  await set(alice, of, { notify: 'mentions' });
  await alice.request('DELETE', `/conversations/${of}/mute`);
  expect(await rowOf(alice, of)).toMatchObject({
    settings: { ...unset, notify: 'mentions', quiet: true },
    unread_count: 9,
  });
});

it('an archived conversation comes back with the next message of anybody, and stays away while it is muted', async () => {
  const [alice, bob] = await chat.people('aalice', 'abob');
  const of = named(alice, bob);
  const { seq } = await say(bob, of, 'one');
  const device = await alice.everything();
  const archived = async () => (await rowOf(alice, of)).settings?.archived ?? false;
  expect(await set(alice, of, { archived: true })).toMatchObject({
    body: { settings: { ...unset, archived: true, archived_seq: seq, quiet: true } },
  });
  expect(await device.next('unread_count')).toMatchObject({ unread_count: 0 });
  // What is no message does not bring it back.
  await alice.request('PUT', `/conversations/${of}/messages/${seq}/reactions/👍`);
  expect(await archived()).toBe(true);
  await say(bob, of, 'two');
  expect(await archived()).toBe(false);
  const again = await alice.connect();
  expect(await again.next('unread_count')).toMatchObject({ unread_count: 2 });

  await set(alice, of, { archived: true, muted_until: always });
  await say(bob, of, `three @${alice.username}`);
  expect(await archived()).toBe(true);
  await set(alice, of, { muted_until: null });
  expect(await archived()).toBe(false);
  await set(alice, of, { archived: true });
  await say(alice, of, 'four');
  expect(await archived()).toBe(false);
  await set(alice, of, { archived: true });
  expect(await set(alice, of, { archived: false })).toMatchObject({ body: { settings: unset } });
});

it('pinned conversations come first on every list, the latest of them first, and are not archived', async () => {
  const [alice, bob, carol, dora] = await chat.people('palice', 'pbob', 'pcarol', 'pdora');
  const of = [bob, carol, dora].map((other) => named(alice, other));
  const [withBob = '', withCarol = '', withDora = ''] = of;
  await say(bob, withBob, 'first');
  await say(carol, withCarol, 'second');
  await say(dora, withDora, 'third');
  const ids = async () => (await inboxOf(alice)).map(({ id }) => id);
  expect(await ids()).toEqual([withDora, withCarol, withBob]);
  await set(alice, withBob, { pinned: true });
  expect(await ids()).toEqual([withBob, withDora, withCarol]);
  await set(alice, withCarol, { pinned: true });
  expect(await ids()).toEqual([withCarol, withBob, withDora]);
  const pages = [];
  for (let next: string | null = '/conversations?limit=1'; next; ) {
    const { body } = await alice.get(next);
    pages.push(...body.results.map(({ id }: Event) => id));
    next = body.next;
  }
  expect(pages).toEqual([withCarol, withBob, withDora]);
  const device = await alice.connect();
  expect((await device.next('conversations')).results.map(({ id }: Event) => id)).toEqual(pages);
  expect(await set(alice, withCarol, { archived: true })).toMatchObject({
    body: { settings: { ...unset, archived: true, archived_seq: 1, quiet: true } },
  });
  expect(await set(alice, withCarol, { pinned: true })).toMatchObject({
    body: { settings: { ...unset, pinned: true } },
  });
});

it('what is marked as unread counts for its reader alone, until they read it again, read on, or write', async () => {
  const [alice, bob, carol] = await chat.people('ualice', 'ubob', 'ucarol');
  await acquaint(bob, alice, carol);
  const { id: group } = (await bob.post('/conversations', { title: 'Trip', members: [alice.username, carol.username] }))
    .body;
  for (const of of [named(alice, bob), group]) {
    const seqs = [];
    for (const [by, text] of [
      [bob, 'one'],
      [bob, 'two'],
      [alice, 'mine'],
      [bob, 'three'],
    ] as const) {
      seqs.push((await say(by, of, text)).seq);
    }
    const [first = 0, second = 0, own = 0, last = 0] = seqs;
    await alice.post(`/conversations/${of}/read`);
    const [device, bobs] = [await alice.everything(), await bob.everything()];
    await chat.settled();
    await Promise.all([device.rest(), bobs.rest()]);
    const counted = async () => {
      const { unread_count, read_seq, settings } = await rowOf(alice, of);
      return [unread_count, read_seq, settings?.unread_from ?? null];
    };
    const read = (up_to?: number) => alice.post(`/conversations/${of}/read`, up_to === undefined ? {} : { up_to });

    // Her own message does not count.
    expect(await set(alice, of, { unread_from: second })).toMatchObject({
      body: { settings: { ...unset, unread_from: second, marked_seq: last }, unread_count: 2 },
    });
    expect(await device.next('conversation_settings')).toMatchObject({
      settings: { unread_from: second },
      unread_count: 2,
    });
    expect(await device.next('unread_count')).toMatchObject({ unread_count: 2 });
    expect(await counted()).toEqual([2, last, second]);
    // It moves on with a part that is read, and ends with all of it.
    expect((await read(second)).body).toEqual({ up_to: last, unread_count: 1 });
    expect(await device.next('conversation_settings')).toMatchObject({
      settings: { unread_from: own },
      unread_count: 1,
    });
    expect(await counted()).toEqual([1, last, own]);
    expect((await read(first)).body).toEqual({ up_to: last, unread_count: 1 });
    expect((await read()).body).toEqual({ up_to: last, unread_count: 0 });
    expect(await device.next('conversation_settings')).toMatchObject({ settings: unset, unread_count: 0 });
    expect(await counted()).toEqual([0, last, null]);
    // The others hear nothing of all that.
    expect(await bobs.rest()).toEqual([]);

    // At least one, also where it has only her own messages.
    expect(await set(alice, of, { unread_from: own })).toMatchObject({ body: { unread_count: 1 } });
    await set(alice, of, { unread_from: null });
    expect(await counted()).toEqual([0, last, null]);

    await set(alice, of, { unread_from: last });
    const { seq } = await say(bob, of, 'four');
    expect(await counted()).toEqual([2, last, last]);
    // A message that she has not read is unread anyway.
    expect(await set(alice, of, { unread_from: seq })).toMatchObject({ body: { settings: unset, unread_count: 1 } });
    await set(alice, of, { unread_from: first });
    expect(await counted()).toEqual([4, last, first]);
    await read(seq);
    expect(await counted()).toEqual([0, seq, null]);
    await set(alice, of, { unread_from: seq });
    const mine = await say(alice, of, 'five');
    expect(await counted()).toEqual([0, mine.seq, null]);
    await set(alice, of, { unread_from: seq });
    await alice.request('DELETE', `/conversations/${of}/messages`);
    expect(await counted()).toEqual([0, mine.seq, null]);
    await Promise.all([device.close(), bobs.close()]);
  }
});

it('bad settings are refused with what would be right, and strangers have none', async () => {
  const [alice, bob, mallory] = await chat.people('balice', 'bbob', 'bmallory');
  const of = named(alice, bob);
  await say(bob, of, 'hello');
  const refusals: [change: object, sentence: RegExp][] = [
    [{ muted_until: 'tomorrow' }, /muted_until must be a time such as/],
    [{ muted_until: '2020-01-01T00:00:00.000Z' }, /muted_until is in the past: give a later time, or null/],
    [{ notify: 'sometimes' }, /notify must be all, mentions or none/],
    [{ archived: 'yes' }, /archived must be true or false/],
    [{ pinned: 1 }, /pinned must be true or false/],
    [{ archived: true, pinned: true }, /pinned and archived cannot both be true/],
    [{ unread_from: 0 }, /unread_from must be a whole number from 1/],
    [{ unread_from: 99 }, /ends at 1: unread_from is the seq of a message/],
  ];
  for (const [change, sentence] of refusals) {
    const { status, body } = await set(alice, of, change);
    expect([status, body.error.code], JSON.stringify(change)).toEqual([400, 'invalid_frame']);
    expect(body.error.message).toMatch(sentence);
  }
  expect(await rowOf(alice, of)).not.toHaveProperty('settings');
  expect(await set(mallory, of, { pinned: true })).toMatchObject({
    status: 403,
    body: { error: { code: 'forbidden' } },
  });
  expect(await set(alice, `room:no-${chat.run}`, { pinned: true })).toMatchObject({ status: 404 });
});
