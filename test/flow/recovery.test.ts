/** Functions die, and events get lost or come late, as on AWS: the log stays complete. The local runtime causes these faults. */
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { conversationStateKey } from '#lambdas/store/conversation-state';
import { entryKey } from '#lambdas/store/entry';
import { shortHash } from '#lambdas/store/named-sends';
import { type Chat, startChat } from '../support/chat.ts';
import { named, type Person } from '../support/person.ts';
import type { Socket } from '../support/socket.ts';
import { growOld, openTable } from '../support/stored-connections.ts';

let chat: Chat;
let table: DynamoDBDocumentClient;
let TableName: string;

describe.skipIf(process.env.PARLEY_OUTPUTS)('after a failure', () => {
  beforeAll(async () => {
    chat = await startChat();
    if (chat.local) ({ table, TableName } = openTable(chat.local));
  });
  afterAll(async () => {
    table.destroy();
    await chat.stop();
  });
  afterEach(() => {
    Object.assign(chat.local?.faults ?? {}, {
      postGone: 0,
      postThrottled: 0,
      dropDisconnect: 0,
      killWorker: 0,
      repeatBatch: 0,
    });
  });

  /** Leaves the conversation as if a sender had allocated a number `ago` ms ago and died before writing the entry. */
  async function takeNumber(conversation: string, ago: number): Promise<number> {
    const { Attributes } = await table.send(
      new UpdateCommand({
        TableName,
        Key: conversationStateKey(conversation),
        UpdateExpression:
          'SET seq = seq + :one, last_seq = seq + :one, #count = #count + :one, #at = :at, #last.#text = :text',
        ExpressionAttributeNames: { '#count': 'count', '#at': 'at', '#last': 'last', '#text': 'text' },
        ExpressionAttributeValues: { ':one': 1, ':at': Date.now() - ago, ':text': 'never came' },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return Number(Attributes?.seq);
  }

  /** Adds a send record with this client_id and number, as if the sender had died before writing the entry. */
  async function claim(person: Person, conversation: string, clientId: string, seq: number): Promise<void> {
    await table.send(
      new UpdateCommand({
        TableName,
        Key: conversationStateKey(conversation),
        UpdateExpression: 'SET #window.#hash = :seq',
        ExpressionAttributeNames: { '#window': windowOf(conversation, person), '#hash': shortHash(clientId) },
        ExpressionAttributeValues: { ':seq': seq },
      }),
    );
  }

  function windowOf(conversation: string, { username }: Person): string {
    return `w${conversation.split('_').indexOf(username)}`;
  }

  async function start(...names: string[]) {
    const [alice, bob] = await chat.people(`${names[0]}`, `${names[1]}`);
    const conversation = named(alice, bob);
    await alice.post(`/conversations/${conversation}/messages`, { message: 'first' });
    const path = `/conversations/${conversation}/messages`;
    const log = async (query = '') =>
      (await bob.get(`${path}${query}`)).body.results.map(
        ({ seq, message }: { seq: number; message: string }) => `${seq} ${message}`,
      );
    return { alice, bob, conversation, path, log };
  }

  it('of a sender after it allocated a number: readers seal the number, it does not count as unread, and lists show the message before it', async () => {
    const { alice, bob, conversation, path, log } = await start('a1', 'b1');
    await takeNumber(conversation, 60_000);
    expect(await log()).toEqual(['1 first']);
    expect((await bob.get(`/conversations/${conversation}`)).body).toMatchObject({
      seq: 2,
      unread_count: 1,
      last_message: { seq: 1, message: 'first' },
    });
    await alice.post(path, { message: 'second' });
    expect(await log('?after=0')).toEqual(['1 first', '3 second']);
    expect((await bob.get('/conversations')).body.results[0].unread_count).toBe(2);
    expect((await bob.get(path)).body.count).toBe(2);
  });

  it('of a sender that may still write: a reader gets nothing after the missing number, and so misses nothing', async () => {
    const { alice, conversation, path, log } = await start('a2', 'b2');
    await takeNumber(conversation, 0);
    await alice.post(path, { message: 'third' });
    expect(await log('?after=0')).toEqual(['1 first']);
    expect(await log()).toEqual(['3 third', '1 first']);
  });

  it('between number and entry: the retry seals the number and allocates a new one, and there is one message', async () => {
    const { alice, bob, conversation, path, log } = await start('a3', 'b3');
    const seq = await takeNumber(conversation, 0);
    await claim(alice, conversation, 'again', seq);
    const answers = await Promise.all([1, 2].map(() => alice.post(path, { message: 'second', client_id: 'again' })));
    expect(new Set(answers.map(({ body }) => body.seq)).size).toBe(1);
    expect(answers[0]?.body.seq).toBeGreaterThan(2);
    expect(await log('?after=0')).toEqual(['1 first', `${answers[0]?.body.seq} second`]);
    expect((await bob.get('/conversations')).body.results[0].unread_count).toBe(2);
  });

  it('between number and entry, with readers faster than the retry: the retry allocates a new number', async () => {
    const { alice, conversation, path, log } = await start('a4', 'b4');
    const seq = await takeNumber(conversation, 60_000);
    await claim(alice, conversation, 'late', seq);
    expect(await log()).toEqual(['1 first']);
    const answers = [
      await alice.post(path, { message: 'late', client_id: 'late' }),
      await alice.post(path, { message: 'late', client_id: 'late' }),
    ];
    expect(answers.map(({ body }) => body.seq)).toEqual([3, 3]);
    expect(await log('?after=0')).toEqual(['1 first', '3 late']);
  });

  it('of a connection without a $disconnect: the next post finds it closed, and the others hear that its user left', async () => {
    const { alice, bob, conversation, path } = await start('a5', 'b5');
    const at = await alice.enter(conversation);
    const bt = await bob.enter(conversation);
    await at.next('user_join');
    Object.assign(chat.local?.faults ?? {}, { dropDisconnect: 1 });
    await bt.close();
    if (chat.local) await growOld(chat.local, bob);
    await alice.post(path, { message: 'are you there?' });
    expect(await at.next('user_leave')).toMatchObject({ user: bob.username });
    const { members } = (await alice.get(`/conversations/${conversation}`)).body;
    expect(members.find(({ username }: { username: string }) => username === bob.username)).toMatchObject({
      online: false,
    });
  });

  it('of a post that did not find an open connection: the socket is closed, so that its client connects again', async () => {
    const { alice, bob, path, conversation } = await start('a10', 'b10');
    const bt = await bob.enter(conversation);
    if (chat.local) await growOld(chat.local, bob);
    Object.assign(chat.local?.faults ?? {}, { postGone: 1 });
    await alice.post(path, { message: 'are you there?' });
    expect(await bt.closed()).toMatchObject({ code: 1000 });
  });

  /** The next `times` posts are answered with 429. */
  function refusePosts(times: number): void {
    const refused = () => chat.local?.counters.snapshot()['connections.post.throttled'] ?? 0;
    const before = refused();
    const random = () => (refused() < before + times ? 0 : 0.9);
    Object.assign(chat.local?.faults ?? {}, { postThrottled: 0.5, random });
  }

  it('of a few posts with 429: they are repeated, and everybody gets the message', async () => {
    const { alice, bob, conversation } = await start('a6', 'b6');
    const [at, bt] = await Promise.all([alice.enter(conversation), bob.enter(conversation)]);
    // Three faults: the fourth try of any post succeeds.
    refusePosts(3);
    for (let index = 0; index < 5; index++) at.send({ type: 'create', message: `${index}`, client_id: `${index}` });
    expect((await bt.take(5, 'chat_message')).map(({ message }) => message).sort()).toEqual(['0', '1', '2', '3', '4']);
    await at.take(5, 'chat_message');
  });

  it('of a post and its first retries: the author does not wait, and gets the receipt later', async () => {
    const { alice, bob, conversation } = await start('a8', 'b8');
    const [at, bt] = await Promise.all([alice.enter(conversation), bob.enter(conversation)]);
    // Bob's post comes first. It fails, and so do its first two retries.
    refusePosts(3);
    const own = await at.ask({ type: 'create', message: 'slowly' }, 'chat_message');
    expect(own.delivered_to).toEqual([]);
    expect(await bt.next('chat_message')).toMatchObject({ message: 'slowly' });
    // A receipt for the first message, which Bob got when he connected, may come in between.
    let receipt = await at.next('message_delivered');
    while (receipt.seq < own.seq) receipt = await at.next('message_delivered');
    expect(receipt).toEqual({ type: 'message_delivered', conversation, seq: own.seq, to: [bob.username] });
  });

  it('between entry and posts: a late repeat is posted to everybody, because the first try may have reached nobody', async () => {
    const { alice, bob, conversation, path } = await start('a9', 'b9');
    const bt = await bob.enter(conversation);
    const { body: first } = await alice.post(path, { message: 'hello', client_id: 'x' });
    await bt.next('chat_message');
    await alice.post(path, { message: 'hello', client_id: 'x' });
    expect((await bt.rest()).filter(({ type }) => type === 'chat_message')).toEqual([]);
    await table.send(
      new UpdateCommand({
        TableName,
        Key: entryKey({ conversation, seq: first.seq }),
        UpdateExpression: 'SET #at = #at - :age',
        ExpressionAttributeNames: { '#at': 'at' },
        ExpressionAttributeValues: { ':age': 60_000 },
      }),
    );
    await alice.post(path, { message: 'hello', client_id: 'x' });
    expect(await bt.next('chat_message')).toMatchObject({ seq: first.seq, id: first.id });
  });

  it('of functions killed in the middle of sending: retries with the same client_id leave each message once', async () => {
    const { alice, bob, conversation, path } = await start('a7', 'b7');
    const at = await alice.enter(conversation);
    Object.assign(chat.local?.faults ?? {}, { killWorker: 0.4 });
    const texts = Array.from({ length: 15 }, (_, index) => `message ${index}`);
    for (const text of texts) await sendUntilAcknowledged(at, text);
    Object.assign(chat.local?.faults ?? {}, { killWorker: 0 });

    // A killed sender may have allocated a number without an entry. The page ends there until the number is old enough to be sealed.
    let results: { message: string }[] = [];
    for (const deadline = Date.now() + 10_000; results.length < texts.length && Date.now() < deadline; ) {
      results = (await bob.get(`${path}?after=1`)).body.results;
    }
    expect(results.map(({ message }) => message)).toEqual(texts);
    expect((await bob.get(`/conversations/${conversation}`)).body.unread_count).toBe(texts.length + 1);
  });

  /** Does what a client does: sends the same frame again when the API answers with an error. */
  async function sendUntilAcknowledged(socket: Socket, text: string): Promise<void> {
    for (;;) {
      socket.send({ type: 'create', message: text, client_id: text });
      for (;;) {
        const event = await socket.next();
        if (event.type === 'chat_message' && event.client_id === text) return;
        if (event.message === 'Internal server error' || event.code === 'internal') break;
      }
    }
  }
});
