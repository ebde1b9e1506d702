import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chat, startChat } from '../support/chat.ts';
import { named, type Person } from '../support/person.ts';

let chat: Chat;
let alice: Person;
let bob: Person;
let conversation: string;
beforeAll(async () => {
  chat = await startChat();
  [alice, bob] = await chat.people('alice', 'bob');
  conversation = named(alice, bob);
  await alice.post(`/conversations/${conversation}/messages`, { message: 'stays' });
});
afterAll(() => chat.stop());

/** Nothing was stored. */
async function expectNothingStored(): Promise<void> {
  const { body } = await bob.get(`/conversations/${conversation}/messages`);
  expect(body.results.map(({ message }: { message: string }) => message)).toEqual(['stays']);
}

describe('a bad frame gets an error, stores nothing, and leaves the socket open:', () => {
  it.each([
    ['not JSON', 'hello', 'invalid_frame'],
    ['half of JSON', '{"type":"create"', 'invalid_frame'],
    ['an array', '[{"type":"create","message":"x"}]', 'invalid_frame'],
    ['a number', '5', 'invalid_frame'],
    ['null', 'null', 'invalid_frame'],
    ['nothing', ' ', 'invalid_frame'],
    ['an unknown type', { type: 'dance' }, 'invalid_frame'],
    ['a type that is a number', { type: 5, message: 'x' }, 'invalid_frame'],
    ['a type that is an object', { type: { create: 1 }, message: 'x' }, 'invalid_frame'],
    ['a route of the API itself', { type: '$connect', message: 'x' }, 'invalid_frame'],
    ['no message', { type: 'create' }, 'invalid_frame'],
    ['a message that is a number', { type: 'create', message: 5 }, 'invalid_frame'],
    ['an empty message', { type: 'create', message: ' \n' }, 'invalid_frame'],
    ['an invisible message', { type: 'create', message: '\u200b\u2060 \u00ad\u3164' }, 'invalid_frame'],
    ['a lone surrogate', '{"type":"create","message":"\\ud800"}', 'invalid_frame'],
    ['__proto__ instead of fields', '{"__proto__":{"type":"create","message":"x"}}', 'invalid_frame'],
    ['constructor as a type', { type: 'constructor', message: 'x' }, 'invalid_frame'],
    ['8,001 characters', { type: 'create', message: 'm'.repeat(8_001) }, 'too_large'],
    ['a text that grows beyond a frame', { type: 'create', message: '😀'.repeat(7_500) }, 'too_large'],
    ['typing without typing', { type: 'typing' }, 'invalid_frame'],
    ['an up_to that is text', { type: 'read_messages', up_to: '1' }, 'invalid_frame'],
    ['an up_to beyond the log', { type: 'read_messages', up_to: 99 }, 'invalid_frame'],
    ['an up_to below the log', { type: 'read_messages', up_to: 0 }, 'invalid_frame'],
    ['an upload of 1,025 characters', { type: 'create', attachments: ['x'.repeat(1_025)] }, 'invalid_frame'],
    [
      'a forwarded file of 1,025 characters',
      { type: 'create', attachments: [`bob/${'ж'.repeat(1_025)}`] },
      'invalid_frame',
    ],
    // The error would repeat it, and would be too long for a frame.
    [
      'an answer to a message of 32,600 characters',
      { type: 'create', message: 'x', ref_message: 'x'.repeat(32_600) },
      'invalid_frame',
    ],
    ['the socket of another conversation', { type: 'create', conversation: 'carol', message: 'x' }, 'invalid_frame'],
  ])('%s', async (_, frame, code) => {
    const socket = await alice.enter(conversation);
    const error = await socket.ask(typeof frame === 'string' ? frame : { ...frame, client_id: 'mine' }, 'error');
    expect(error).toMatchObject({ type: 'error', code, message: expect.stringMatching(/^unable to .+; .+/) });
    if (typeof frame !== 'string') expect(error.client_id).toBe('mine');
    await socket.ask({ type: 'ping' }, 'pong');
    await expectNothingStored();
  });

  it.each([
    ['no conversation', undefined, 'invalid_frame'],
    ['a name with #', 'a#b', 'invalid_frame'],
    ['a name with :', 'a:b', 'invalid_frame'],
    ['a name with spaces', 'a b', 'invalid_frame'],
    ['a name of 10,000 characters', 'n'.repeat(10_000), 'invalid_frame'],
    ['somebody who does not exist', 'nobody-at-all', 'unknown_user'],
    ['the conversation of others', 'carol_dave', 'forbidden'],
    ['a group that does not exist', 'group:01jd3y2v3w4x5y6z7a8b9c0d1e', 'unknown_conversation'],
  ])('on a socket for everything, %s', async (_, name, code) => {
    const socket = await alice.everything();
    for (const frame of [
      { type: 'create', message: 'x' },
      { type: 'typing', typing: true },
      { type: 'read_messages' },
    ]) {
      expect(await socket.ask({ ...frame, conversation: name }, 'error')).toMatchObject({ code });
    }
    await expectNothingStored();
  });
});

describe('API Gateway refuses', () => {
  it.each([
    ['a frame of 33 KB', JSON.stringify({ type: 'create', message: 'm'.repeat(33 * 1024) }), 1009],
    ['a message of 129 KB', JSON.stringify({ type: 'create', message: 'm'.repeat(129 * 1024) }), 1009],
    ['a binary frame', Buffer.from('{"type":"ping"}'), 1003],
  ])('%s and closes the socket; other sockets stay open', async (_, frame, code) => {
    const other = await alice.enter(conversation);
    const socket = await alice.enter(conversation);
    socket.send(frame);
    expect((await socket.closed()).code).toBe(code);
    await other.ask({ type: 'ping' }, 'pong');
    await expectNothingStored();
  });
});

describe('a bad request', () => {
  it.each([
    ['POST', '/messages', 'not json', 400],
    ['POST', '/messages', [], 400],
    ['POST', '/messages', {}, 400],
    ['POST', '/messages', { message: 5 }, 400],
    ['POST', '/messages', { message: '\u200b' }, 400],
    ['POST', '/attachments', { filename: '\u2066\u2069', content_type: 'image/png', size: 1 }, 400],
    ['POST', '/messages', { message: 'm'.repeat(8_001) }, 413],
    ['POST', '/read', { up_to: 99 }, 400],
    ['POST', '/read', 'x', 400],
    ['POST', '/attachments', {}, 400],
    ['POST', '/messages', { attachments: ['x'.repeat(1_025)] }, 400],
    ['POST', '/messages', { attachments: [`bob/${'x'.repeat(1_025)}`] }, 400],
    ['GET', `/attachments/${'x'.repeat(1_025)}`, undefined, 400],
    ['GET', `/attachments/${'%D0%B6'.repeat(600)}`, undefined, 400],
  ])('%s …%s %j answers %i', async (method, path, body, status) => {
    const answer = await alice.request(method, `/conversations/${conversation}${path}`, body);
    expect(answer.status).toBe(status);
    expect(answer.body.error.message).toMatch(/^unable to .+; .+/);
    await expectNothingStored();
  });

  it.each(['not json', 'x'])('whose body is no object gets an error about the body: %s', async (body) => {
    const answer = await alice.request('POST', `/conversations/${conversation}/messages`, body);
    expect(answer.body.error.message).toMatch(/^unable to read the body; it is not .+: send one JSON object$/);
  });

  it.each(['a%23b', 'a%20b', 'a__b', encodeURIComponent('a:b'), 'n'.repeat(3_000)])(
    'whose path names no conversation is refused: %s',
    async (name) => {
      expect(await alice.get(`/conversations/${name}`)).toMatchObject({
        status: 400,
        body: { error: { code: 'invalid_frame' } },
      });
    },
  );

  it.each(['PATCH', 'DELETE'])('%s for a bad number in a conversation of others is forbidden', async (method) => {
    const body = method === 'PATCH' ? { message: 'x' } : undefined;
    expect(await alice.request(method, '/conversations/carol_dave/messages/0', body)).toMatchObject({
      status: 403,
      body: { error: { code: 'forbidden' } },
    });
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'x'],
    ['half a character', Buffer.from('["after","p1","name","\\ud800"]').toString('base64url')],
    ['half a character behind the query', Buffer.from('["after","p1","name","p\\ud800"]').toString('base64url')],
  ])('for a place in a list of people that no page gave is refused: %s', async (_, at) => {
    expect(await alice.get(`/users?query=p&at=${at}`)).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_frame' } },
    });
  });

  it.each(['x'.repeat(65), '\ud800'])('for a picture that is no upload is refused: %j', async (avatar) => {
    expect(await alice.request('PATCH', '/me', { avatar })).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_frame' } },
    });
  });

  it('for something that does not exist is answered with 404', async () => {
    expect(await alice.get('/nothing')).toMatchObject({ status: 404, body: { message: 'Not Found' } });
    expect(await alice.get('/conversations/nobody-at-all')).toMatchObject({
      status: 404,
      body: { error: { code: 'unknown_user' } },
    });
  });
});
