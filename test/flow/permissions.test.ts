/**
 * Every permission of every function's role is there because something fails without it. Each row of the template has a scenario
 * below; the row is taken away, the scenario must fail, the row is given back, and the same scenario must work: one that always fails
 * proves nothing. A permission without a scenario, or a scenario without its permission, fails by name.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { LocalRuntime, Permission } from '@parley/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conversationStateKey } from '#lambdas/store/conversation-state';
import { entryKey } from '#lambdas/store/entry';
import { createMembership } from '#lambdas/store/membership';
import { connectionPrefix, userKey } from '#lambdas/store/user';
import { parseConversation } from '#protocol/names';
import { scopeToText } from '#protocol/scope';
import { type Chat, startChat } from '../support/chat.ts';
import { startCold } from '../support/cold-starts.ts';
import { named, type Person } from '../support/person.ts';
import { tokenSigner } from '../support/sign-token.ts';
import type { Event, Socket } from '../support/socket.ts';
import { arrived, inBatches } from '../support/stage.ts';
import { untilIdle } from '../support/until-idle.ts';

/** A picture of one pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

let chat: Chat;
let runtime: LocalRuntime;
let alice: Person;
let bob: Person;
/** Alice's, for everything. */
let everything: Socket;
/** Alice's, with a token that is over soon. */
let sign: Awaited<ReturnType<typeof tokenSigner>>;
/** Alice and Bob, with a message. */
let conversation: string;
/** The same two in a room, for the index. */
const room = 'room:permissions';
/** A room with more members than one invocation posts to, among them the two. */
const crowd = 'room:crowd';
/** Bob's, for everything. */
let bobs: Socket;
let table: DynamoDBDocumentClient;

const local = !process.env.PARLEY_OUTPUTS;

beforeAll(async () => {
  if (!local) return;
  // Retries of the stream back off, which is of no interest here: twenty times as fast.
  chat = await startChat({ timeScale: 20 });
  if (!chat.local) return;
  runtime = chat.local;
  table = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      region: chat.outputs.Region,
      endpoint: `${runtime.origin}/_aws/dynamodb`,
      credentials: runtime.rootCredentials,
    }),
  );
  [alice, bob] = await chat.people('alice', 'bob');
  conversation = named(alice, bob);
  everything = await alice.everything();
  const rooms = [room, ...Object.values(ofFiles)];
  await Promise.all([alice, bob].flatMap((person) => rooms.map((one) => person.enter(one))));
  bobs = await bob.everything();
  const many = Array.from({ length: 100 }, (_, index) => `one${index}`);
  await inBatches([alice.username, bob.username, ...many], 20, sit);
  sign = await tokenSigner(runtime);
  await everything.ask({ type: 'create', conversation, message: 'first' }, 'chat_message');
  await chat.settled();
});
afterAll(async () => {
  table?.destroy();
  await chat?.stop();
});

/** Things that are made anew for every scenario are numbered. */
let made = 0;

/** Sends on Alice's socket and expects her own copy. */
async function create(to: string, extra: Record<string, unknown> = {}): Promise<Event> {
  return answer({ type: 'create', conversation: to, message: 'hello', ...extra }, 'chat_message');
}

/** Sends on Alice's socket; an `error` frame is an error. */
async function answer(frame: Record<string, unknown>, type: string): Promise<Event> {
  const clientId = `c${++made}`;
  everything.send({ ...frame, client_id: clientId });
  for (;;) {
    const event = await everything.next();
    const isIt = frame.seq === undefined ? event.client_id === clientId : event.seq === frame.seq;
    if (event.type === type && isIt) return event;
    if (event.type === 'error' && event.client_id === clientId) throw new Error(event.code);
  }
}

async function answered(status: number, answer: ReturnType<Person['get']>): Promise<Event> {
  const { status: got, body } = await answer;
  if (got !== status) throw new Error(`answered ${got}`);
  return body;
}

async function eventually(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 5_000; !holds(); await pause(5)) {
    if (Date.now() > deadline) throw new Error('it did not come about in 5 seconds');
  }
}

/** What a new socket has got once the stream has been handled; `type` must be among it. */
async function greeting(type: string, query: Record<string, string>, person = bob): Promise<Event> {
  const socket = await person.connect(query);
  await untilIdle(runtime);
  await arrived(socket);
  const event = socket.received.find((one) => one.type === type);
  await socket.close();
  await untilIdle(runtime);
  if (!event) throw new Error(`no ${type}`);
  return event;
}

const snapshot = (of = conversation) => greeting('last_50_messages', { conversation: of });

/** Rooms of Alice and Bob for scenarios with files, several, because a member may send only so much to one. */
const ofFiles = { socket: 'room:socket-files', http: 'room:http-files', stream: 'room:stream-files' };

async function form(at = `/conversations/${conversation}/attachments`): Promise<Event> {
  return answered(201, alice.post(at, { filename: 'a.png', content_type: 'image/png', size: png.length }));
}

async function upload(at?: string): Promise<string> {
  const { id, url, fields } = await form(at);
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, String(value));
  data.append('file', new Blob([png]), 'a.png');
  const { status } = await fetch(url, { method: 'POST', body: data });
  if (status !== 204) throw new Error(`S3 answered ${status}`);
  return id;
}

/** A picture of Alice's, uploaded and shown; the address of it. */
async function portray(): Promise<string> {
  const { avatar } = await answered(200, alice.request('PATCH', '/me', { avatar: await upload('/me/avatar') }));
  return avatar;
}

async function download(url: string): Promise<void> {
  const { status } = await fetch(url);
  if (status !== 200) throw new Error(`S3 answered ${status}`);
}

/** An upload in that room, to be attached. */
async function attached(to: string): Promise<{ attachments: string[] }> {
  return { attachments: [await upload(`/conversations/${to}/attachments`)] };
}

function tableName(): string {
  const { stack } = runtime;
  return stack.ref(stack.ofType('AWS::DynamoDB::Table')[0]?.logicalId ?? '');
}

/** A number of the log that a writer took a minute ago and then died with. */
async function leaveHole(of: string): Promise<void> {
  await table.send(
    new UpdateCommand({
      TableName: tableName(),
      Key: conversationStateKey(of),
      UpdateExpression: 'SET #at = :at ADD seq :one, #count :one',
      ExpressionAttributeNames: { '#at': 'at', '#count': 'count' },
      ExpressionAttributeValues: { ':at': Date.now() - 60_000, ':one': 1 },
    }),
  );
}

/** Somebody whose connection ended an hour ago without anybody being told. */
async function leaveGhost(scope = 'user'): Promise<string> {
  const username = `ghost${++made}`;
  const now = Date.now();
  await table.send(
    new PutCommand({
      TableName: tableName(),
      Item: {
        ...userKey(username),
        name: 'Ghost',
        [`${connectionPrefix}ghost=`]: { scope, since: now - 3_600_000, expires: now + 3_600_000 },
      },
    }),
  );
  return username;
}

const post = (to: string, extra: Record<string, unknown> = {}) =>
  answered(201, alice.post(`/conversations/${to}/messages`, { message: 'hello', client_id: `h${++made}`, ...extra }));

/** Makes somebody a member of the crowd. */
function sit(username: string): Promise<boolean> {
  const store = { table: { client: table, name: tableName() } };
  return createMembership(store, username, parseConversation(crowd), { seq: 0, count: 0 });
}

/** What Alice says in the crowd comes to Bob; it does not once a function has failed and waits for its second try. */
async function crowdHears(send: (to: string) => Promise<Event> = create): Promise<void> {
  const retries = () => runtime.counters.snapshot()['lambda.event-retries'] ?? 0;
  const before = retries();
  const { id } = await send(crowd);
  const heard = () => bobs.received.some((event) => event.id === id);
  await eventually(() => heard() || retries() > before);
  if (!heard()) throw new Error('not heard');
}

/** What a function fails at for good is kept: a second try comes a minute later, here three seconds. */
async function crowdLeavesLetter(withoutPermission: string): Promise<void> {
  const letters = () => runtime.counters.snapshot()['lambda.dead-letters'] ?? 0;
  const before = letters();
  const restore = revoke(withoutPermission);
  await create(crowd);
  await untilIdle(runtime);
  restore();
  if (letters() === before) throw new Error('no dead letter');
}

/** Two unread messages of Alice's for Bob, in a room that no other scenario uses. */
async function unreadRoom(): Promise<string> {
  const id = `room:unread-${++made}`;
  await (await bob.enter(id)).close();
  await create(id);
  await create(id);
  return id;
}

/** A message of Alice's with a picture, whose deletion was written into the log by a writer that died at once. */
async function leaveDeletion(): Promise<string> {
  const { seq, multimedia_url: address } = await create(ofFiles.stream, await attached(ofFiles.stream));
  const at = Date.now();
  const { Attributes } = await table.send(
    new UpdateCommand({
      TableName: tableName(),
      Key: conversationStateKey(ofFiles.stream),
      UpdateExpression: 'SET #at = :at ADD seq :one',
      ExpressionAttributeNames: { '#at': 'at' },
      ExpressionAttributeValues: { ':at': at, ':one': 1 },
      ReturnValues: 'ALL_NEW',
    }),
  );
  const key = entryKey({ conversation: ofFiles.stream, seq: Number(Attributes?.seq) });
  const change = {
    type: 'delete',
    target: seq,
    user: alice.username,
    client_id: `d${++made}`,
    count: Attributes?.count,
    at,
  };
  await table.send(new PutCommand({ TableName: tableName(), Item: { ...key, ...change } }));
  await untilIdle(runtime);
  return address;
}

async function expectGone(address: string): Promise<void> {
  const { status } = await fetch(address);
  if (status !== 404 && status !== 403) throw new Error(`S3 answered ${status}`);
}

type Scenario = () => Promise<unknown>;

/** What needs the permission: `function action what`, where `what` is the part of the resource that tells it from others. */
const scenarios: Readonly<Record<string, Scenario>> = {
  'Socket dynamodb:GetItem table': () => create(conversation),
  'Socket dynamodb:BatchGetItem table': () => create(conversation),
  'Socket dynamodb:PutItem table': () => create(conversation),
  'Socket dynamodb:UpdateItem table': () => bob.connect({ conversation }),
  'Socket dynamodb:Query index/members': () => create(room),
  'Socket dynamodb:Query table': async () => {
    const socket = await bob.connect();
    const id = await unreadRoom();
    await socket.next('unread_count');
    socket.send({ type: 'read_messages', conversation: id, up_to: 1 });
    for (;;) {
      const { type, code } = await socket.next();
      if (type === 'error') throw new Error(code);
      if (type === 'unread_count') return;
    }
  },
  'Socket execute-api:ManageConnections POST': async () => {
    const before = everything.received.length;
    const { 'lambda.done:SocketFunction': done } = runtime.counters.snapshot();
    everything.send({ type: 'ping' });
    await eventually(() => runtime.counters.snapshot()['lambda.done:SocketFunction'] !== done);
    await arrived(everything);
    if (!everything.received.slice(before).some(({ type }) => type === 'pong')) throw new Error('no pong');
  },
  'Socket execute-api:ManageConnections DELETE': async () => {
    const dave = await chat.person(`dave${++made}`);
    // Nobody posts to it, and its user does not come again: only a frame of its own ends it. Until then it is answered with a pong.
    const ending = await dave.connect(
      { notifications: 'all' },
      await sign(dave.username, Math.floor(Date.now() / 1000) + 3),
    );
    for (let answer: Event; answer?.code !== 'token_expired'; answer = await ending.next()) {
      if (answer === undefined || answer.type === 'pong') ending.send({ type: 'ping' });
    }
    const failure = await ending.next().catch(() => undefined);
    if (failure) throw new Error(failure.message);
    await ending.closed();
  },
  'Socket s3:GetObject incoming/*': async () => create(ofFiles.socket, await attached(ofFiles.socket)),
  'Socket s3:PutObject files/*': async () => create(ofFiles.socket, await attached(ofFiles.socket)),
  'Socket s3:GetObject files/*': async () =>
    download((await create(ofFiles.socket, await attached(ofFiles.socket))).multimedia_url),
  'Socket s3:DeleteObject files/*': async () => {
    const { seq, multimedia_url: address } = await create(ofFiles.socket, await attached(ofFiles.socket));
    await answer({ type: 'delete', conversation: ofFiles.socket, seq }, 'message_deleted');
    await expectGone(address);
  },

  'Http dynamodb:GetItem table': () => answered(200, bob.get('/me')),
  'Http dynamodb:BatchGetItem table': () => answered(200, bob.get('/conversations')),
  'Http dynamodb:PutItem table': () => form(),
  'Http dynamodb:UpdateItem table': () => post(conversation),
  'Http dynamodb:Query table': () => answered(200, bob.get(`/conversations/${conversation}/messages`)),
  'Http dynamodb:Query index/members': () => answered(200, bob.get(`/conversations/${room}`)),
  'Http dynamodb:Query index/people': () => answered(200, bob.get(`/users?query=${alice.username}`)),
  'Http execute-api:ManageConnections POST': async () => {
    const { id } = await post(conversation);
    await untilIdle(runtime);
    await arrived(everything);
    if (!everything.received.some((event) => event.id === id)) throw new Error('no chat_message');
  },
  'Http cognito-idp:AdminUserGlobalSignOut pool': async () =>
    answered(204, (await chat.person(`dave${++made}`)).request('DELETE', '/me/sessions')),
  'Http s3:PutObject avatars/*': portray,
  'Http s3:GetObject avatars/*': async () => download(await portray()),
  'Http s3:PutObject incoming/*': () => upload(),
  'Http s3:GetObject incoming/*': async () => post(ofFiles.http, await attached(ofFiles.http)),
  'Http s3:PutObject files/*': async () => post(ofFiles.http, await attached(ofFiles.http)),
  'Http s3:GetObject files/*': async () =>
    download((await post(ofFiles.http, await attached(ofFiles.http))).multimedia_url),
  'Http s3:DeleteObject files/*': async () => {
    const { seq, multimedia_url: address } = await post(ofFiles.http, await attached(ofFiles.http));
    await answered(200, alice.request('DELETE', `/conversations/${ofFiles.http}/messages/${seq}`));
    await expectGone(address);
  },

  'Notify dynamodb:GetItem table': () => snapshot(),
  'Notify dynamodb:BatchGetItem table': () => snapshot(),
  'Notify dynamodb:Query table': () => snapshot(),
  'Notify dynamodb:Query index/members': () => snapshot(room),
  'Notify dynamodb:PutItem table': async () => {
    await leaveHole(conversation);
    await snapshot();
  },
  'Notify dynamodb:UpdateItem table': async () => {
    const ghost = await leaveGhost();
    await untilIdle(runtime);
    const { members } = await answered(200, alice.get(`/conversations/${ghost}`));
    if (members.some((member: Event) => member.username === ghost && member.online)) throw new Error('still here');
  },
  'Notify execute-api:ManageConnections POST': () => greeting('unread_count', { notifications: 'all' }),
  'Notify execute-api:ManageConnections DELETE': async () => {
    const dave = await chat.person(`dave${++made}`);
    const socket = await dave.everything();
    await answered(204, dave.request('DELETE', '/me/sessions'));
    const failure = await socket.next('nothing more').catch((error: Error) => error);
    if (!failure.message.startsWith('closed')) throw failure;
  },
  'Notify s3:GetObject files/*': async () => {
    await create(ofFiles.stream, await attached(ofFiles.stream));
    const { messages } = await snapshot(ofFiles.stream);
    await download(messages[0].multimedia_url);
  },
  'Notify s3:DeleteObject files/*': async () => expectGone(await leaveDeletion()),
  'Notify dynamodb:DescribeStream stream': () => snapshot(),
  'Notify dynamodb:GetRecords stream': () => snapshot(),
  'Notify dynamodb:GetShardIterator stream': () => snapshot(),
  'Notify dynamodb:ListStreams stream': () => snapshot(),
  'Notify sqs:SendMessage queue': async () => {
    const deadLetters = () => runtime.counters.snapshot()['streams.dead-letters'] ?? 0;
    const before = deadLetters();
    const restore = revoke('Notify dynamodb:GetItem table');
    await expect(snapshot()).rejects.toThrow('no last_50_messages');
    restore();
    if (deadLetters() === before) throw new Error('no dead letter');
  },

  'Socket lambda:InvokeFunction function': () => crowdHears(),
  'Http lambda:InvokeFunction function': () => crowdHears(post),
  'Notify lambda:InvokeFunction function': async () => {
    const before = everything.received.length;
    await greeting('last_50_messages', { conversation: crowd });
    await arrived(everything);
    if (!everything.received.slice(before).some(({ type }) => type === 'user_join')) throw new Error('no user_join');
  },

  'FanOut dynamodb:Query index/members': () => crowdHears(),
  'FanOut lambda:InvokeFunction function': () => crowdHears(),
  'FanOut sqs:SendMessage queue': () => crowdLeavesLetter('FanOut dynamodb:Query index/members'),

  'Deliver dynamodb:GetItem table': () => crowdHears(),
  'Deliver dynamodb:BatchGetItem table': () => crowdHears(),
  'Deliver dynamodb:PutItem table': async () => {
    const watching = await bob.connect({ notifications: crowd });
    try {
      await untilIdle(runtime);
      await crowdHears();
    } finally {
      await watching.close();
    }
  },
  'Deliver dynamodb:UpdateItem table': async () => {
    // Its coming concerns nobody, so that notify does not find it gone: it is no member yet.
    const ghost = await leaveGhost(scopeToText({ kind: 'conversation', conversation: crowd }));
    await untilIdle(runtime);
    await sit(ghost);
    await crowdHears();
    await untilIdle(runtime);
    const { members } = await answered(200, alice.get(`/conversations/${ghost}`));
    if (members.some((member: Event) => member.username === ghost && member.online)) throw new Error('still here');
  },
  'Deliver execute-api:ManageConnections POST': async () => {
    const { id } = await create(crowd);
    await untilIdle(runtime);
    await arrived(bobs);
    if (!bobs.received.some((event) => event.id === id)) throw new Error('not heard');
  },
  'Deliver sqs:SendMessage queue': () => crowdLeavesLetter('Deliver dynamodb:GetItem table'),

  'SignUp dynamodb:PutItem table': () => chat.person(`new${++made}`),
};

/** Writing its log is what every function needs, and nobody but the reader of the log notices when it cannot. */
const logging = ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => `${action} log`);

function label({ roleId, action, resource }: Permission): string {
  const part = /(index\/\w+|incoming\/\*|files\/\*|avatars\/\*|POST|DELETE)(\/@connections\/\*)?$/.exec(resource)?.[1];
  const kind = /:(table|log-group|userpool|function)[:/]/
    .exec(resource)?.[1]
    ?.replace('log-group', 'log')
    .replace('user', '');
  const what = part ?? (resource.includes('/stream/') ? 'stream' : resource.includes(':sqs:') ? 'queue' : kind);
  return `${functionOf(roleId)?.replace(/Function$/, '') ?? roleId} ${action} ${what ?? resource}`;
}

function functionOf(roleId: string): string | undefined {
  const { stack } = runtime;
  return stack.functions.find(({ properties }) => properties.Role === stack.arn(roleId))?.logicalId;
}

/** The rows of the roles that functions have; others are AWS's own services'. */
function rows(): Permission[] {
  return runtime.policies.permissions().filter(({ roleId }) => functionOf(roleId) !== undefined);
}

/** @returns how to give it back */
function revoke(permission: string): () => void {
  const found = rows().filter((row) => label(row) === permission);
  expect(found, permission).toHaveLength(1);
  const restores = found.map((row) => runtime.policies.revoke(row));
  return () => {
    for (const restore of restores) restore();
  };
}

describe.runIf(local)('a permission', () => {
  it('that the template gives has its scenario here, and no scenario is of another', () => {
    const ids = runtime.stack.functions.map(({ logicalId }) => logicalId);
    const ofLogs = ids.flatMap((id) => logging.map((one) => `${id.replace(/Function$/, '')} ${one}`));
    expect(rows().map(label).sort()).toEqual([...Object.keys(scenarios), ...ofLogs].sort());
  });

  it.each(Object.entries(scenarios))('%s is needed', async (permission, scenario) => {
    await untilIdle(runtime);
    const restore = revoke(permission);
    try {
      await expect(scenario(), `without ${permission}`).rejects.toThrow();
    } finally {
      restore();
    }
    await untilIdle(runtime);
    await scenario();
  });

  it.each(logging)('%s is needed by every function that is to be heard of', async (action) => {
    const { functions, stack } = runtime;
    const logged = (requestId: string) => logs().includes(`START RequestId: ${requestId}`);
    for (const { logicalId } of stack.functions) {
      await untilIdle(runtime);
      const restore = revoke(`${logicalId.replace(/Function$/, '')} ${action}`);
      startCold(runtime);
      const silent = await functions.invoke(logicalId, {});
      restore();
      startCold(runtime);
      const heard = await functions.invoke(logicalId, {});
      // A file's lines stay in order: the first would be there by now.
      await eventually(() => logged(heard.requestId));
      expect(logged(silent.requestId), logicalId).toBe(false);
    }
  });
});

function logs(): string {
  const folder = join(chat.dataDirectory ?? '', 'logs');
  return readdirSync(folder)
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
}
