/** interchatbe: the rows of docs/seeds.md, in the order of the program's page and code. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AdminConfirmSignUpCommand,
  ConfirmSignUpCommand,
  InitiateAuthCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Chat, password, startChat } from '../support/chat.ts';
import { named, Person } from '../support/person.ts';
import { bytesAt, png, upload } from './upload.ts';

let chat: Chat;
/** A user who is in none of the chats. */
let eve: Person;
beforeAll(async () => {
  // This program's chats begin with an accepted friend request. A deployed stack keeps its own option.
  chat = await startChat({ assemblyDirectory: inject('optionsDirectory') });
  eve = await chat.person('eve');
});
afterAll(() => chat?.stop());

/** Asks to be friends, or accepts; `DELETE` takes it back. */
const toggle = (by: Person, whom: Person, method = 'PUT') =>
  by.request(method, `${chat.outputs.WebUrl}/api/me/friends/${whom.username}`);

/** Two people who are friends. */
async function friends(one: string, other: string): Promise<[Person, Person]> {
  const [anna, ben] = await chat.people(one, other);
  await toggle(anna, ben);
  expect((await toggle(ben, anna)).body).toEqual({ state: 'friends' });
  return [anna, ben];
}

const create = (data: Record<string, unknown>) => ({ event_type: 'create', event_data: data });

/** Connects two friends to `ws/messages/<chat_id>` and waits for their snapshots. */
async function talking(one: string, other: string) {
  const people = await friends(one, other);
  const sockets = [];
  for (const person of people) sockets.push(await person.connectAt(`/ws/messages/${named(...people)}`));
  for (const socket of sockets) await socket.next('last_50_messages');
  const [anna, ben] = people;
  const [at, bt] = sockets;
  if (!at || !bt) throw new Error('unable to connect two people');
  return { anna, ben, at, bt, id: named(anna, ben) };
}

describe('ws/messages/<chat_id>?token=', () => {
  it('R0.1 opens only for members with a valid token', async () => {
    const [anna, ben] = await friends('anna1', 'ben1');
    const path = `/ws/messages/${named(anna, ben)}`;
    const address = `${chat.outputs.WebUrl.replace(/^http/, 'ws')}${path}`;
    await expect(anna.open(address)).rejects.toMatchObject({ status: 401 });
    await expect(anna.open(`${address}?token=a.b.c`)).rejects.toMatchObject({ status: 401 });
    await expect(eve.connectAt(path)).rejects.toMatchObject({ status: 403 });
    await expect(anna.connectAt('/ws/messages/group:01jd3y2v3w4x5y6z7a8b9c0d1e')).rejects.toMatchObject({
      status: 404,
    });
    // The token may be anywhere in the query.
    const opened = [await anna.open(`${address}?lang=en&token=${anna.tokens.access}`), await anna.connectAt(path)];
    for (const socket of opened) expect(await socket.next()).toMatchObject({ type: 'online_user_list' });
  });

  it('R0.2 create is stored, and every member gets it as one message, its author too', async () => {
    const { anna, ben, at, bt, id } = await talking('anna2', 'ben2');
    at.send(create({ message: '<Message>' }));
    const message = await bt.next();
    expect(message).toEqual({
      type: 'chat_message',
      id: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/),
      seq: 1,
      conversation: id,
      room: id,
      from_user: { username: anna.username, name: 'Anna2' },
      message: '<Message>',
      content_type: 'text',
      attachments: [],
      multimedia_url: null,
      reply_to: null,
      mentions: [],
      reactions: {},
      date_added: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      edited_at: null,
      deleted: false,
    });
    expect(await at.next('chat_message')).toMatchObject({ id: message.id, delivered_to: [ben.username] });
    expect((await ben.get(`/conversations/${id}/messages`)).body.results).toMatchObject([{ id: message.id }]);
  });

  it('R0.3 a new connection gets the newest messages, nobody else gets them again, and older ones come in pages', async () => {
    const { anna, ben, at, id } = await talking('anna3', 'ben3');
    for (let index = 1; index <= 24; index++) {
      await (index % 2 ? anna : ben).post(`/conversations/${id}/messages`, { message: `${index}` });
    }
    await at.rest();
    const late = await ben.connectAt(`/ws/messages/${id}`);
    const { messages, has_more: more } = await late.next('last_50_messages');
    const texts = (list: { message: string }[]) => list.map(({ message }) => Number(message));
    const ascending = Array.from({ length: 24 }, (_, index) => index + 1);
    expect([texts(messages).reverse(), more]).toEqual([ascending, false]);
    expect((await at.rest()).filter(({ type }) => type !== 'user_join')).toEqual([]);

    const first = (await ben.get(`/conversations/${id}/messages?after=0&limit=20`)).body;
    const second = (await ben.get(first.next)).body;
    expect([...texts(first.results), ...texts(second.results)]).toEqual(ascending);
  });

  it('R0.4 create with ref_message replies to a message of the same chat, and of no other', async () => {
    const { anna, ben, at, bt } = await talking('anna4', 'ben4');
    const question = await at.ask(create({ message: 'When?' }), 'chat_message');
    bt.send(create({ message: 'At ten.', ref_message: question.id }));
    expect(await at.next('chat_message')).toMatchObject({ message: 'At ten.', reply_to: question.seq });
    await Promise.all([toggle(eve, anna), toggle(anna, eve)]);
    await eve.post(`/conversations/${anna.username}/messages`, { message: 'Elsewhere' });
    const elsewhere = (await anna.get(`/conversations/${eve.username}/messages`)).body.results[0];
    expect(elsewhere.seq).toBe(question.seq);
    for (const ref of [elsewhere.id, 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6']) {
      expect(await at.ask(create({ message: 're', ref_message: ref }), 'error')).toMatchObject({ code: 'not_found' });
    }
    expect((await ben.get(`/conversations/${anna.username}/messages`)).body.count).toBe(2);
  });

  it('R0.5 edit changes a message of your own, and everybody gets that one message', async () => {
    const { at, bt } = await talking('anna5', 'ben5');
    const { id: uiid } = await at.ask(create({ message: 'Helo' }), 'chat_message');
    const edit = { event_type: 'edit', event_data: { uiid, edit_message: 'Hello' } };
    expect(await bt.ask(edit, 'error')).toMatchObject({ code: 'forbidden' });
    const edited = { id: uiid, message: 'Hello', edited_at: expect.stringMatching(/Z$/) };
    expect(await at.ask(edit, 'message_edited')).toMatchObject(edited);
    expect(await bt.next()).toMatchObject({ type: 'message_edited', ...edited });
  });

  it('R0.6 delete empties a message of your own for everybody, and its place stays', async () => {
    const { ben, at, bt, id } = await talking('anna6', 'ben6');
    const { id: uiid } = await at.ask(create({ message: 'Oops' }), 'chat_message');
    const remove = { event_type: 'delete', event_data: { uiid } };
    expect(await bt.ask(remove, 'error')).toMatchObject({ code: 'forbidden' });
    at.send(remove);
    expect(await bt.next()).toMatchObject({ type: 'message_deleted', id: uiid, deleted: true, message: '' });
    const { count, results } = (await ben.get(`/conversations/${id}/messages`)).body;
    expect([count, results]).toMatchObject([0, [{ id: uiid, deleted: true, message: '' }]]);
  });

  it('R0.7 delete all clears the chat for the user who sends it, and for nobody else', async () => {
    const { anna, ben, at, bt, id } = await talking('anna7', 'ben7');
    await at.ask(create({ message: 'one' }), 'chat_message');
    const { seq } = await bt.ask(create({ message: 'two' }), 'chat_message');
    await bt.next('chat_message');
    const cleared = await at.ask({ event_type: 'delete all', event_data: {} }, 'history_cleared');
    expect(cleared).toEqual({ type: 'history_cleared', conversation: id, up_to: seq + 1 });
    const countOf = async (person: Person) => (await person.get(`/conversations/${id}/messages`)).body.count;
    expect([await countOf(anna), await countOf(ben)]).toEqual([0, 2]);
    expect(await bt.rest()).toEqual([]);
  });

  it('R0.8 an invalid event is answered with an error, and the connection stays open', async () => {
    const { at } = await talking('anna8', 'ben8');
    const frames = [
      { event_type: 'create' },
      { event_data: { message: 'x' } },
      { event_type: 'dance', event_data: {} },
      { event_type: 'create', event_data: {} },
      {},
    ];
    for (const frame of frames) {
      const error = await at.ask(frame, 'error');
      expect(error, JSON.stringify(frame)).toMatchObject({ code: 'invalid_frame' });
    }
    expect(await at.ask(create({ message: 'still here' }), 'chat_message')).toMatchObject({ seq: 1 });
  });
});

describe('HTTP', () => {
  it('R0.9 an account is registered and signed in, and its token is refreshed', async () => {
    const username = `cleo-${chat.run}`;
    const client = { ClientId: chat.outputs.UserPoolClientId };
    const UserAttributes = [{ Name: 'email', Value: `${username}@example.com` }];
    await chat.cognito.send(new SignUpCommand({ ...client, Username: username, Password: password, UserAttributes }));
    await confirm(username);
    const ask = async (
      AuthFlow: 'USER_PASSWORD_AUTH' | 'REFRESH_TOKEN_AUTH',
      AuthParameters: Record<string, string>,
    ) => {
      const answer = await chat.cognito.send(new InitiateAuthCommand({ ...client, AuthFlow, AuthParameters }));
      return answer.AuthenticationResult ?? {};
    };
    await expect(ask('USER_PASSWORD_AUTH', { USERNAME: username, PASSWORD: 'Wrong-horse-7' })).rejects.toMatchObject({
      name: 'NotAuthorizedException',
    });
    const { RefreshToken = '' } = await ask('USER_PASSWORD_AUTH', { USERNAME: username, PASSWORD: password });
    const { AccessToken: access = '', IdToken: id = '' } = await ask('REFRESH_TOKEN_AUTH', {
      REFRESH_TOKEN: RefreshToken,
    });
    const cleo = new Person(chat.outputs, username, { access, id });
    expect(await (await cleo.connectAt('/ws/')).next('unread_count')).toMatchObject({ unread_count: 0 });
    await cleo.leave();
  });

  it('R0.10 the list of chats has only your own chats, latest first', async () => {
    const { anna, ben, id } = await talking('anna10', 'ben10');
    await Promise.all([toggle(eve, anna), toggle(anna, eve)]);
    await anna.post(`/conversations/${ben.username}/messages`, { message: 'first' });
    await eve.post(`/conversations/${anna.username}/messages`, { message: 'later' });
    const listOf = async (person: Person) => (await person.get(`${chat.outputs.WebUrl}/api/conversations`)).body;
    expect(await listOf(anna)).toMatchObject({ count: 2, results: [{ id: named(anna, eve) }, { id }] });
    expect(await listOf(ben)).toMatchObject({
      count: 1,
      results: [{ id, last_message: { message: 'first' }, members: [{ name: 'Anna10' }, { name: 'Ben10' }] }],
    });
  });

  it('R0.11 a user is found, asked, and accepts, with name and picture; until then there is no chat', async () => {
    const [anna, ben] = await chat.people('anna11', 'ben11');
    const web = `${chat.outputs.WebUrl}/api`;
    const path = `/ws/messages/${named(anna, ben)}`;
    const avatar = await upload(ben, '/api/me/avatar', 'me.png', png);
    expect((await ben.request('PATCH', `${web}/me`, { name: 'Ben the Second', avatar })).status).toBe(200);
    expect((await anna.get(`${web}/users?query=ben the`)).body.results).toMatchObject([
      { username: ben.username, name: 'Ben the Second' },
    ]);
    if (chat.local) await expect(anna.connectAt(path)).rejects.toMatchObject({ status: 403 });

    expect((await toggle(anna, ben)).body).toEqual({ state: 'sent' });
    expect((await toggle(anna, ben, 'DELETE')).status).toBe(204);
    expect((await toggle(ben, anna)).body).toEqual({ state: 'sent' });
    const requests = (await anna.get(`${web}/me/friends?state=received`)).body;
    expect(requests).toMatchObject({ count: 1, results: [{ username: ben.username, name: 'Ben the Second' }] });
    expect(await bytesAt(requests.results[0].avatar)).toEqual(png);
    if (chat.local) await expect(anna.connectAt(path)).rejects.toMatchObject({ status: 403 });
    expect((await toggle(anna, ben)).body).toEqual({ state: 'friends' });

    const at = await anna.connectAt(path);
    expect(await at.ask(create({ message: 'Hello, friend' }), 'chat_message')).toMatchObject({ seq: 1 });
    expect((await ben.get(`${web}/me/friends`)).body).toMatchObject({ results: [{ username: anna.username }] });
  });
});

/** On the local runtime with the code from the mail, on a deployed stack as the pool's administrator. */
async function confirm(username: string): Promise<void> {
  const { UserPoolId, UserPoolClientId: ClientId } = chat.outputs;
  if (chat.dataDirectory === undefined) {
    await chat.cognito.send(new AdminConfirmSignUpCommand({ UserPoolId, Username: username }));
    return;
  }
  const mail = join(chat.dataDirectory, 'mail');
  const letter = readdirSync(mail).find((name) => name.endsWith(`-${username}-confirm.txt`)) ?? '';
  const ConfirmationCode = /^\d{6}$/m.exec(readFileSync(join(mail, letter), 'utf8'))?.[0];
  await chat.cognito.send(new ConfirmSignUpCommand({ ClientId, Username: username, ConfirmationCode }));
}
