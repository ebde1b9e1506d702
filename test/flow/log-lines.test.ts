/** What the functions write into their logs: whose line it is, what it counts, and never what people say. Of a deployed stack CloudWatch has the logs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { conversationStateKey } from '#lambdas/store/conversation-state';
import { type Chat, startChat } from '../support/chat.ts';
import { named } from '../support/person.ts';
import { openTable } from '../support/stored-connections.ts';

type Line = Readonly<Record<string, unknown>>;

let chat: Chat;

describe.skipIf(process.env.PARLEY_OUTPUTS)('log lines', () => {
  beforeAll(async () => {
    chat = await startChat();
  });
  afterAll(() => chat.stop());
  afterEach(() => {
    Object.assign(chat.local?.faults ?? {}, { postGone: 0 });
  });

  const folder = () => join(chat.dataDirectory ?? '', 'logs');

  /** The lines of one function. */
  function linesOf(name: string): Line[] {
    const file = readdirSync(folder()).find((one) => one.includes(`-${name}Log`));
    const text = file === undefined ? '' : readFileSync(join(folder(), file), 'utf8');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
  }

  /** The first such line: files are written a moment later. */
  function line(name: string, fields: Line): Promise<Line> {
    return vi.waitUntil(
      () => linesOf(name).find((one) => Object.entries(fields).every(([key, value]) => one[key] === value)),
      { timeout: 10_000, interval: 20 },
    );
  }

  const counts = (...metrics: readonly string[]) => ({
    Timestamp: expect.any(Number),
    CloudWatchMetrics: [
      {
        Namespace: 'Parley',
        Dimensions: [[]],
        Metrics: metrics.map((Name) => ({ Name, Unit: Name.endsWith('Time') ? 'Milliseconds' : 'Count' })),
      },
    ],
  });

  it('count a message that came by a socket, in one line that says whose it is', async () => {
    const [alice, bob] = await chat.people('alice', 'bob');
    const conversation = named(alice, bob);
    const [at, bt] = await Promise.all([alice.enter(conversation), bob.everything()]);
    const text = `between-us-${chat.run}`;
    await at.ask({ type: 'create', message: text }, 'chat_message');
    await bt.next('chat_message');

    const of = { user: alice.username, route: 'create' };
    expect(await line('Socket', of)).toEqual({
      ...of,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      connection: expect.any(String),
      conversation,
      _aws: counts('MessagesStored', 'MessagesDelivered', 'DeliveryTime'),
      MessagesStored: 1,
      MessagesDelivered: 2,
      DeliveryTime: [expect.any(Number)],
    });
    expect(await line('Socket', { user: alice.username, ConnectionsOpened: 1 })).toMatchObject({ route: '$connect' });
    await at.close();
    expect(await line('Socket', { user: alice.username, ConnectionsClosed: 1 })).toMatchObject({
      route: '$disconnect',
    });
    const written = readdirSync(folder()).map((name) => readFileSync(join(folder(), name), 'utf8'));
    expect(written.some((log) => log.includes(alice.username))).toBe(true);
    expect(written.some((log) => log.includes(text))).toBe(false);
  });

  it('count a message that came by HTTP', async () => {
    const [carol, dave] = await chat.people('carol', 'dave');
    const conversation = named(carol, dave);
    await carol.post(`/conversations/${dave.username}/messages`, { message: 'Hello' });
    const route = 'POST /conversations/{id}/messages';
    expect(await line('Http', { user: carol.username, route, MessagesStored: 1 })).toMatchObject({
      conversation,
      DeliveryTime: [expect.any(Number)],
    });
  });

  it('count what is refused by its code', async () => {
    const [erin, frank, grace] = await chat.people('erin', 'frank', 'grace');
    expect((await erin.get(`/conversations/${named(frank, grace)}/messages`)).status).toBe(403);
    expect(await line('Http', { user: erin.username, message: 'refused' })).toMatchObject({
      level: 'INFO',
      service: 'http',
      code: 'forbidden',
      Refusals: 1,
      _aws: {
        CloudWatchMetrics: [
          { Namespace: 'Parley', Dimensions: [['code']], Metrics: [{ Name: 'Refusals', Unit: 'Count' }] },
        ],
      },
    });
    const socket = await erin.enter(named(erin, frank));
    const { code } = await socket.ask({ type: 'react', target: 99, emoji: '👍' }, 'error');
    expect(await line('Socket', { user: erin.username, code })).toMatchObject({
      route: 'react',
      conversation: named(erin, frank),
    });
  });

  it('count posts to connections that are gone', async () => {
    const [henry, irene] = await chat.people('henry', 'irene');
    const conversation = named(henry, irene);
    const [ht] = await Promise.all([henry.enter(conversation), irene.everything()]);
    await chat.settled();
    const faults = chat.local?.faults ?? {};
    Object.assign(faults, { postGone: 1 });
    ht.send({ type: 'create', message: 'to nobody' });
    expect(await line('Socket', { user: henry.username, PostsGone: 2 })).toMatchObject({ MessagesStored: 1 });
  });

  it('count the holes that readers close', async () => {
    if (!chat.local) return;
    const [jane, karl] = await chat.people('jane', 'karl');
    const conversation = named(jane, karl);
    await jane.post(`/conversations/${karl.username}/messages`, { message: 'Hello' });
    const { table, TableName } = openTable(chat.local);
    await table.send(
      new UpdateCommand({
        TableName,
        Key: conversationStateKey(conversation),
        UpdateExpression: 'SET seq = seq + :one, #count = #count + :one, #at = :at',
        ExpressionAttributeNames: { '#count': 'count', '#at': 'at' },
        ExpressionAttributeValues: { ':one': 1, ':at': Date.now() - 60_000 },
      }),
    );
    table.destroy();
    await jane.get(`/conversations/${karl.username}/messages`);
    const route = 'GET /conversations/{id}/messages';
    expect(await line('Http', { conversation, HolesSealed: 1 })).toMatchObject({ user: jane.username, route });
  });

  it('say whose change of the table a line is about, and count a fault that nobody is answered', async () => {
    const conversation = `louis_${chat.run}`;
    const functions = chat.local?.functions;
    const id = chat.local?.stack.functions.find(({ logicalId }) => logicalId.startsWith('Notify'))?.logicalId ?? '';
    const Keys = { pk: { S: `CONV#${conversation}` }, sk: { S: 'broken' } };
    // An edit without the attributes that every entry has.
    const broken = { SequenceNumber: '1', Keys, NewImage: { ...Keys, type: { S: 'edit' } } };
    const answer = await functions?.invoke(id, { Records: [{ dynamodb: broken }] });
    expect(answer).toMatchObject({ ok: true, payload: { batchItemFailures: [{ itemIdentifier: '1' }] } });
    expect(await line('Notify', { conversation, message: 'record failed' })).toMatchObject({
      level: 'ERROR',
      record: '1',
      requestId: answer?.requestId,
      service: 'notify',
      Faults: 1,
    });
    // A user without an attribute that every user has does not take the records beside it along.
    const nobody = { pk: { S: `USER#nobody_${chat.run}` }, sk: { S: 'USER' } };
    const image = { ...nobody, 'live#x': { S: 'no connection' } };
    const other = { ...broken, NewImage: { ...Keys, type: { S: 'sealed' } } };
    const Records = [
      { dynamodb: { SequenceNumber: '2', Keys: nobody, NewImage: image } },
      { dynamodb: { ...other, SequenceNumber: '3' } },
    ];
    const mixed = await functions?.invoke(id, { Records });
    expect(mixed).toMatchObject({ ok: true, payload: { batchItemFailures: [{ itemIdentifier: '2' }] } });
  });
});
