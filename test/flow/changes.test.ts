import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chat, startChat } from '../support/chat.ts';
import { named, type Person } from '../support/person.ts';
import type { Event } from '../support/socket.ts';

let chat: Chat;
beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.stop());

/** Alice has written two messages that Bob has not read. */
async function start(...names: [string, string]) {
  const [alice, bob] = await chat.people(...names);
  const conversation = named(alice, bob);
  const path = `/conversations/${conversation}/messages`;
  await alice.post(path, { message: 'first' });
  await alice.post(path, { message: 'secnd' });
  const newest = async (person: Person) => (await person.get(path)).body.results[0];
  const inbox = async (person: Person) => (await person.get(`/conversations/${conversation}`)).body;
  return { alice, bob, conversation, path, newest, inbox };
}

describe('edit', () => {
  it('reaches every connection, and history and lists show the changed message', async () => {
    const { alice, bob, conversation, newest, inbox } = await start('a1', 'b1');
    const [at, bt] = await Promise.all([alice.enter(conversation), bob.enter(conversation)]);
    at.send({ type: 'edit', seq: 2, message: ' second ' });
    const edited = await bt.next('message_edited');
    expect(edited).toMatchObject({ seq: 2, change: 3, message: 'second', room: conversation, deleted: false });
    expect(edited.edited_at).toMatch(/Z$/);
    expect(await at.next('message_edited')).toEqual(edited);
    expect(await newest(bob)).toMatchObject({ seq: 2, message: 'second', edited_at: edited.edited_at });
    expect(await inbox(bob)).toMatchObject({ unread_count: 2, last_message: { seq: 2, message: 'second' } });
  });

  it.each([
    ['of another’s message', { seq: 1, message: 'x' }, 'forbidden'],
    ['of no message', { seq: 99, message: 'x' }, 'not_found'],
    ['without saying which', { message: 'x' }, 'invalid_frame'],
    ['to nothing', { seq: 3, message: ' ' }, 'invalid_frame'],
    ['to nothing at all', { seq: 3 }, 'invalid_frame'],
    ['to too much', { seq: 3, message: 'm'.repeat(8_001) }, 'too_large'],
  ])('%s is refused, and nothing changes', async (_, frame, code) => {
    const name = `n${Math.random()}`.replace('.', '');
    const { bob, conversation, path } = await start(`a${name}`, `b${name}`);
    await bob.post(path, { message: 'mine' });
    const bt = await bob.enter(conversation);
    const before = (await bob.get(path)).body;
    expect(await bt.ask({ type: 'edit', ...frame }, 'error')).toMatchObject({ code });
    expect((await bob.get(path)).body).toEqual(before);
  });

  it('repeated, and at the same time on two connections, leaves the text with the later number everywhere', async () => {
    const { alice, bob, path, newest } = await start('a2', 'b2');
    const texts = ['one', 'two', 'three', 'four', 'five'];
    await Promise.all(texts.map((message) => alice.request('PATCH', `${path}/2`, { message })));
    const { results } = (await bob.get(`${path}?after=2&changes=true`)).body;
    expect(results).toHaveLength(5);
    expect(texts).toContain((await newest(bob)).message);
    // The log has the last change only; each change has the message as it is now.
    expect(new Set(results.map(({ message }: Event) => message))).toEqual(new Set([(await newest(bob)).message]));
    expect(await newest(alice)).toMatchObject({ message: (await newest(bob)).message });
  });
});

describe('delete', () => {
  it('leaves a tombstone, which does not count as unread', async () => {
    const { alice, bob, conversation, path, newest, inbox } = await start('a3', 'b3');
    const bt = await bob.enter(conversation);
    expect((await alice.request('DELETE', `${path}/2`)).body).toMatchObject({ seq: 2, deleted: true, message: '' });
    expect(await bt.next('message_deleted')).toMatchObject({
      seq: 2,
      change: 3,
      deleted: true,
      message: '',
      attachments: [],
    });
    expect(await newest(bob)).toMatchObject({ seq: 2, deleted: true, message: '' });
    expect(await inbox(bob)).toMatchObject({ unread_count: 1, last_message: { seq: 2, message: '' } });
    expect(await alice.request('PATCH', `${path}/2`, { message: 'x' })).toMatchObject({ status: 404 });
    expect(await alice.request('DELETE', `${path}/2`)).toMatchObject({ status: 404 });
    expect(await bob.request('DELETE', `${path}/1`)).toMatchObject({
      status: 403,
      body: { error: { code: 'forbidden' } },
    });
  });
});

describe('react', () => {
  it('reaches every connection; each user counts once for each emoji, and can remove the reaction', async () => {
    const { alice, bob, conversation, newest } = await start('a4', 'b4');
    const [at, bt] = await Promise.all([alice.enter(conversation), bob.enter(conversation)]);
    bt.send({ type: 'react', seq: 2, emoji: '👍🏽' });
    const event = { type: 'reaction', conversation, seq: 2, emoji: '👍🏽', user: bob.username, removed: false };
    expect(await at.next('reaction')).toEqual({ ...event, change: 3 });
    expect(await bt.next('reaction')).toEqual({ ...event, change: 3 });
    // It stands already: the answer is the same, and nobody else hears of it.
    expect(await bt.ask({ type: 'react', seq: 2, emoji: '👍🏽' }, 'reaction')).toEqual({ ...event, change: 3 });
    await at.ask({ type: 'react', seq: 2, emoji: '👍🏽' }, 'reaction');
    await at.ask({ type: 'react', seq: 2, emoji: '❤️' }, 'reaction');
    const both = [alice.username, bob.username].sort();
    expect((await newest(bob)).reactions).toEqual({ '👍🏽': both, '❤️': [alice.username] });
    const back = await at.ask({ type: 'react', seq: 2, emoji: '❤️', remove: true }, 'reaction');
    expect(back).toMatchObject({ emoji: '❤️', user: alice.username, removed: true });
    expect((await newest(bob)).reactions).toEqual({ '👍🏽': both });
  });

  it.each(['', 'x', '👍👍', 'ok👍', 5, '\ud83d', '1'])('with %j is refused', async (emoji) => {
    const name = `r${Math.random()}`.replace('.', '');
    const { bob, conversation } = await start(`a${name}`, `b${name}`);
    const bt = await bob.enter(conversation);
    expect(await bt.ask({ type: 'react', seq: 1, emoji }, 'error')).toMatchObject({ code: 'invalid_frame' });
  });
});

describe('a change over HTTP', () => {
  it('is answered with the changed message and the number of the change; a repeat gets the same answer', async () => {
    const { alice, bob, path } = await start('a8', 'b8');
    const edit = () => alice.request('PATCH', `${path}/1`, { message: 'changed', client_id: 'c1' });
    expect((await edit()).body).toMatchObject({ seq: 1, message: 'changed', change: 3 });
    expect((await edit()).body).toMatchObject({ seq: 1, message: 'changed', change: 3 });
    const emoji = `${path}/1/reactions/${encodeURIComponent('🎉')}`;
    expect((await bob.request('PUT', `${emoji}?client_id=c2`)).body).toMatchObject({ seq: 1, change: 4 });
    expect((await bob.request('PUT', `${emoji}?client_id=c2`)).body).toMatchObject({ seq: 1, change: 4 });
    expect((await bob.request('DELETE', `${emoji}?client_id=c3`)).body).toMatchObject({ reactions: {}, change: 5 });
    const deleted = { seq: 2, deleted: true, change: 6 };
    expect((await alice.request('DELETE', `${path}/2?client_id=c4`)).body).toMatchObject(deleted);
    expect((await alice.request('DELETE', `${path}/2?client_id=c4`)).body).toMatchObject(deleted);
  });
});

describe('the log with changes', () => {
  it('gives members who were offline the same events as the others, in the same order', async () => {
    const { alice, bob, conversation, path } = await start('a5', 'b5');
    const bt = await bob.enter(conversation);
    await alice.request('PATCH', `${path}/1`, { message: 'changed' });
    await bt.ask({ type: 'react', seq: 1, emoji: '🎉' }, 'reaction');
    await alice.post(path, { message: 'third' });
    await alice.request('DELETE', `${path}/2`);
    await bt.next('message_deleted');

    const pages: Event[] = [];
    for (let address: string | null = `${path}?after=0&changes=true&limit=2`; address; ) {
      const { body } = await bob.get(address);
      pages.push(...body.results);
      address = body.next;
    }
    expect(pages.map(({ type, seq, change }) => [type, seq, change])).toEqual([
      ['chat_message', 1, undefined],
      ['chat_message', 2, undefined],
      ['message_edited', 1, 3],
      ['reaction', 1, 4],
      ['chat_message', 5, undefined],
      ['message_deleted', 2, 6],
    ]);
    const changes = bt.received.filter(({ type }) => ['message_edited', 'reaction', 'message_deleted'].includes(type));
    // If the stream is faster than the writer, the origin gets the event twice. Clients drop the second by its number.
    const received = changes.filter(({ change }, index) => change !== changes[index - 1]?.change);
    const later = pages.filter(({ change }) => change !== undefined);
    expect(later.map(({ type, change }) => [type, change])).toEqual(received.map(({ type, change }) => [type, change]));
    expect(later.at(-1)).toEqual(received.at(-1));
    const { body } = await bob.get(path);
    expect(body).toMatchObject({ results: [{ seq: 5 }, { seq: 2, deleted: true }, { seq: 1, message: 'changed' }] });
  });

  it('can be read from any number on', async () => {
    const { bob, path } = await start('a6', 'b6');
    expect((await bob.get(`${path}?changes=true`)).body.error.message).toContain('give after');
  });
});

describe('the shapes of the replaced programs', () => {
  it('identify the message by its id', async () => {
    const { alice, bob, conversation, newest } = await start('a7', 'b7');
    const at = await alice.enter(conversation);
    const { id } = await newest(alice);
    const edit = { event_type: 'edit', event_data: { uiid: id, edit_message: 'second' } };
    expect(await at.ask(edit, 'message_edited')).toMatchObject({ id, message: 'second' });
    const remove = { event_type: 'delete', event_data: { uiid: id } };
    expect(await at.ask(remove, 'message_deleted')).toMatchObject({ id, deleted: true });
    expect(await newest(bob)).toMatchObject({ id, deleted: true });
    const wrong = { event_type: 'delete', event_data: { uiid: `${id.slice(0, -8)}00000001` } };
    expect(await at.ask(wrong, 'error')).toMatchObject({ code: 'not_found' });
  });
});
