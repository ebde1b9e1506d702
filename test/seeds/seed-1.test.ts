/** ChatApplication: the rows of docs/seeds.md, in the order of the program's page. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chat, startChat } from '../support/chat.ts';
import { named, type Person } from '../support/person.ts';
import { bytesAt, png, upload } from './upload.ts';

let chat: Chat;
/** A third user, for groups and refusals. */
let third: Person;
beforeAll(async () => {
  chat = await startChat();
  third = await chat.person('third');
});
afterAll(() => chat.stop());

/** `yugan_test`: the names in this order, not sorted. */
const pair = (...people: readonly Person[]) => people.map(({ username }) => username).join('_');
const get = (person: Person, path: string) => person.get(`${chat.outputs.WebUrl}${path}`);
const post = (person: Person, path: string, body?: unknown) => person.post(`${chat.outputs.WebUrl}${path}`, body);

describe('ws/chat/<conversation_name>/', () => {
  it('R1.1 without a token the answer is 401, over WebSocket and over HTTP', async () => {
    const [yugan, test] = await chat.people('yugan1', 'test1');
    const socket = `${chat.outputs.WebUrl.replace(/^http/, 'ws')}/ws/chat/${pair(yugan, test)}/`;
    await expect(yugan.open(socket)).rejects.toMatchObject({ status: 401 });
    await expect(yugan.open(`${socket}?token=simple_jwt_tokens`)).rejects.toMatchObject({ status: 401 });
    const anonymous = await fetch(`${chat.outputs.WebUrl}/conversation/${pair(yugan, test)}`);
    expect([anonymous.status, await anonymous.json()]).toEqual([401, { message: 'Unauthorized' }]);
    expect(await (await yugan.connectAt(`/ws/chat/${pair(yugan, test)}/`)).next()).toMatchObject({ users: [] });
  });

  it('R1.2 yugan_test and test_yugan are one conversation', async () => {
    const [yugan, test] = await chat.people('yugan2', 'test2');
    const ours = await yugan.connectAt(`/ws/chat/${pair(yugan, test)}/`);
    const theirs = await test.connectAt(`/ws/chat/${pair(test, yugan)}/`);
    await theirs.next('last_50_messages');
    ours.send({ type: 'chat_message', message: 'this is just the testing message' });
    expect(await theirs.next('chat_message')).toMatchObject({
      conversation: named(yugan, test),
      message: 'this is just the testing message',
    });
  });

  it('R1.3 three names make a group, the same in any order, and only for the users in the name', async () => {
    const [one, two, three] = await chat.people('one', 'two', 'three');
    const first = await one.connectAt(`/ws/chat/${pair(one, two, three)}/`);
    expect(await first.next()).toMatchObject({ type: 'online_user_list', conversation: named(one, two, three) });
    const second = await two.connectAt(`/ws/chat/${pair(three, one, two)}/`);
    expect(await second.next()).toMatchObject({ conversation: named(one, two, three), users: [one.username] });
    const { body } = await get(three, `/conversation/${pair(two, three, one)}`);
    expect(body).toMatchObject({ id: named(one, two, three), kind: 'fixed' });
    expect(body.members).toHaveLength(3);
    await expect(third.connectAt(`/ws/chat/${pair(one, two, three)}/`)).rejects.toMatchObject({ status: 403 });
  });

  it('R1.4 a new connection gets the online users, its own user_join, then the last 50 messages newest first, and whether there are more', async () => {
    const [yugan, test] = await chat.people('yugan4', 'test4');
    const people = [yugan, test, third];
    const conversation = named(...people);
    const path = `/ws/chat/${pair(...people)}/`;
    const write = async (from: number, to: number) => {
      for (let index = from; index <= to; index++) {
        await people[index % 3]?.post(`/conversations/${conversation}/messages`, { message: `${index}` });
      }
    };
    await write(1, 50);
    const ours = await yugan.connectAt(path);
    const first = [await ours.next(), await ours.next(), await ours.next()];
    expect(first).toMatchObject([
      { type: 'online_user_list', users: [] },
      { type: 'user_join', user: yugan.username },
      { type: 'last_50_messages', has_more: false },
    ]);
    const numbers = (messages: { message: string }[]) => messages.map(({ message }) => Number(message));
    expect(numbers(first[2].messages)).toEqual(Array.from({ length: 50 }, (_, index) => 50 - index));

    await write(51, 51);
    const theirs = await test.connectAt(path);
    expect(await theirs.next()).toMatchObject({ type: 'online_user_list', users: [yugan.username] });
    const { messages, has_more: hasMore } = await theirs.next('last_50_messages');
    expect([numbers(messages).at(0), messages.length, numbers(messages).at(-1), hasMore]).toEqual([51, 50, 2, true]);
  });

  it('R1.5 chat_message comes to everybody, the sender too, as a message with its author’s name', async () => {
    const [yugan, test] = await chat.people('yugan5', 'test5');
    const ours = await yugan.connectAt(`/ws/chat/${pair(yugan, test)}/`);
    const theirs = await test.connectAt(`/ws/chat/${pair(yugan, test)}/`);
    await Promise.all([ours.next('last_50_messages'), theirs.next('last_50_messages')]);
    ours.send({ type: 'chat_message', message: 'this is just the testing message' });
    const message = {
      type: 'chat_message',
      id: expect.stringMatching(/^\w{26}$/),
      conversation: named(yugan, test),
      from_user: { username: yugan.username, name: 'Yugan5' },
      message: 'this is just the testing message',
      date_added: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    };
    expect(await theirs.next('chat_message')).toMatchObject(message);
    expect(await ours.next('chat_message')).toMatchObject({ ...message, delivered_to: [test.username] });
  });

  it('R1.6 typing, as true or as "True", comes to the others and is not stored', async () => {
    const [yugan, test] = await chat.people('yugan6', 'test6');
    const ours = await yugan.connectAt(`/ws/chat/${pair(yugan, test)}/`);
    const theirs = await test.connectAt(`/ws/chat/${pair(yugan, test)}/`);
    await Promise.all([ours.next('last_50_messages'), theirs.next('last_50_messages')]);
    for (const [sent, told] of [
      ['True', true],
      ['False', false],
      [true, true],
      [false, false],
    ]) {
      ours.send({ type: 'typing', typing: sent });
      expect(await theirs.next('typing')).toEqual({
        type: 'typing',
        conversation: named(yugan, test),
        user: yugan.username,
        typing: told,
      });
    }
    // The sample on the program's page lacks a comma.
    expect(await ours.ask('{"type":"typing" "typing":"True"}', 'error')).toMatchObject({ code: 'invalid_frame' });
    expect((await ours.rest()).filter(({ type }) => type === 'typing')).toEqual([]);
    expect((await get(test, `/messages/?conversation=${pair(yugan, test)}`)).body).toMatchObject({ count: 0 });
  });
});

describe('ws/notification/', () => {
  it('R1.7 the number of unread messages in all conversations comes first, and again with every new message', async () => {
    const [yugan, test] = await chat.people('yugan7', 'test7');
    await post(yugan, `/api/conversations/${test.username}/messages`, { message: 'one' });
    await post(third, `/api/conversations/${test.username}/messages`, { message: 'two' });
    const notifications = await test.connectAt('/ws/notification/');
    expect(await notifications.next()).toEqual({ type: 'unread_count', unread_count: 2 });
    await post(yugan, `/api/conversations/${test.username}/messages`, { message: 'three' });
    expect(await notifications.next()).toMatchObject({
      type: 'new_message_notification',
      name: 'Yugan7',
      message: { message: 'three', from_user: { username: yugan.username } },
      unread_count: 3,
    });
  });

  it('R1.8 read_messages subtracts the conversation’s messages from the number', async () => {
    const [yugan, test] = await chat.people('yugan8', 'test8');
    for (const message of ['one', 'two']) {
      await post(yugan, `/api/conversations/${test.username}/messages`, { message });
    }
    await post(third, `/api/conversations/${test.username}/messages`, { message: 'three' });
    const notifications = await test.connectAt('/ws/notification/');
    expect(await notifications.next()).toEqual({ type: 'unread_count', unread_count: 3 });
    const theirs = await test.connectAt(`/ws/chat/${pair(yugan, test)}/`);
    await theirs.next('last_50_messages');
    theirs.send({ type: 'read_messages' });
    expect(await notifications.next()).toEqual({ type: 'unread_count', unread_count: 1 });
  });
});

describe('HTTP', () => {
  it('R1.9 conversation/yugan_test has the members and the last message, only for its members', async () => {
    const [yugan, test] = await chat.people('yugan9', 'test9');
    await post(yugan, `/api/conversations/${test.username}/messages`, { message: 'hello' });
    expect(await get(test, `/conversation/${pair(yugan, test)}`)).toMatchObject({
      status: 200,
      body: {
        id: named(yugan, test),
        kind: 'direct',
        title: null,
        unread_count: 1,
        last_message: { message: 'hello', from_user: { username: yugan.username, name: 'Yugan9' }, seq: 1 },
        members: [test, yugan]
          .map(({ username }) => username)
          .sort()
          .map((username) => ({ username })),
      },
    });
    expect((await get(third, `/conversation/${pair(yugan, test)}`)).status).toBe(403);
    expect((await get(yugan, `/conversation/${yugan.username}_nobody-at-all`)).status).toBe(404);
  });

  it('R1.10 messages/?conversation=yugan_test has the count and all messages in pages, only for members', async () => {
    const [yugan, test] = await chat.people('yugan10', 'test10');
    for (const message of ['1', '2', '3', '4', '5']) {
      await post(yugan, `/api/conversations/${test.username}/messages`, { message });
    }
    const all = await get(test, `/messages/?conversation=${pair(yugan, test)}`);
    expect(all.body).toMatchObject({ count: 5, next: null, previous: null });
    const texts = ({ results }: { results: { message: string }[] }) => results.map(({ message }) => message);
    expect(texts(all.body)).toEqual(['5', '4', '3', '2', '1']);
    const first = (await get(test, `/messages/?conversation=${pair(yugan, test)}&page=1&page_size=3`)).body;
    const second = (await test.get(first.next)).body;
    expect([texts(first), texts(second), second.next]).toEqual([['5', '4', '3'], ['2', '1'], null]);
    expect((await get(third, `/messages/?conversation=${pair(yugan, test)}`)).status).toBe(403);
  });

  it('R1.11 filesmessage/<name>/ gives a form for each file, and the message with the files comes to everybody and to notifications', async () => {
    const [yugan, test] = await chat.people('yugan11', 'test11');
    for (const name of [pair(yugan, test), pair(yugan, test, third)]) {
      const theirs = await test.connectAt(`/ws/chat/${name}/`);
      const notifications = await test.connectAt('/ws/notification/');
      await Promise.all([theirs.next('last_50_messages'), notifications.next('unread_count')]);
      const notes = Buffer.from('hello\n');
      const attachments = [
        await upload(yugan, `/filesmessage/${name}/`, 'cat.png', png),
        await upload(yugan, `/filesmessage/${name}/`, 'notes.txt', notes),
      ];
      const sent = await post(yugan, `/api/conversations/${name}/messages`, { attachments });
      expect(sent.status).toBe(201);
      const message = await theirs.next('chat_message');
      expect(message.attachments).toMatchObject([
        { filename: 'cat.png', content_type: 'image/png' },
        { filename: 'notes.txt', content_type: 'text/plain', size: 6 },
      ]);
      expect(await bytesAt(message.attachments[0].url)).toEqual(png);
      expect(await bytesAt(message.attachments[1].url)).toEqual(notes);
      expect(await notifications.next('new_message_notification')).toMatchObject({
        name: 'Yugan11',
        message: { id: sent.body.id, attachments: [{ filename: 'cat.png' }, { filename: 'notes.txt' }] },
      });
    }
  });

  it('R1.12 a connected user is online to the other, from user_join to user_leave', async () => {
    const [yugan, test] = await chat.people('yugan12', 'test12');
    const theirs = await test.connectAt(`/ws/chat/${pair(yugan, test)}/`);
    await theirs.next('last_50_messages');
    const ours = await yugan.connectAt(`/ws/chat/${pair(yugan, test)}/`);
    expect(await theirs.next()).toMatchObject({ type: 'user_join', user: yugan.username });
    const online = async () => (await test.get(`/users/${yugan.username}`)).body.online;
    expect(await online()).toBe(true);
    await ours.close();
    expect(await theirs.next()).toMatchObject({ type: 'user_leave', user: yugan.username });
    expect(await online()).toBe(false);
  });
});
