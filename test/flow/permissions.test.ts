/**
 * Something fails without each permission of each function's role. Every permission in the template has a scenario below.
 * The test revokes the permission: the scenario must fail. It restores the permission: the same scenario must work, because
 * a scenario that always fails proves nothing. A permission without a scenario, or the reverse, fails the first test.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DeleteUserCommand } from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateMultipartUploadCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { LocalRuntime, Permission } from '@parley/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newDeletion } from '#lambdas/chat/delete-account';
import { newExport } from '#lambdas/chat/export-account';
import { type AccountJob, beginAccountJob, getAccountJob } from '#lambdas/store/account-job';
import { allocateFirstSeq, allocateSeq } from '#lambdas/store/allocate-seq';
import { conversationStateKey, getConversationState } from '#lambdas/store/conversation-state';
import { entryKey } from '#lambdas/store/entry';
import { createMembership } from '#lambdas/store/membership';
import { putUpload } from '#lambdas/store/upload';
import { connectionPrefix, createUser, updateProfile, userKey } from '#lambdas/store/user';
import { messageId } from '#protocol/message-id';
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
/** Alice's socket for everything. */
let everything: Socket;
/** Signs access tokens. */
let sign: Awaited<ReturnType<typeof tokenSigner>>;
/** The direct conversation of Alice and Bob, with one message. */
let conversation: string;
/** A room of Alice and Bob, whose members are read from the index. */
const room = 'room:permissions';
/** A room with more members than one invocation posts to, with Alice and Bob among them. */
const largeRoom = 'room:crowd';
/** Bob's socket for everything. */
let bobs: Socket;
let table: DynamoDBDocumentClient;
let s3: S3Client;

const local = !process.env.PARLEY_OUTPUTS;

beforeAll(async () => {
  if (!local) return;
  // Pauses between retries of the stream are twenty times shorter.
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
  s3 = new S3Client({
    region: chat.outputs.Region,
    endpoint: `${runtime.origin}/_aws/s3`,
    forcePathStyle: true,
    credentials: runtime.rootCredentials,
  });
  [alice, bob] = await chat.people('alice', 'bob');
  conversation = named(alice, bob);
  everything = await alice.everything();
  const rooms = [room, ...Object.values(ofFiles)];
  await Promise.all([alice, bob].flatMap((person) => rooms.map((one) => person.enter(one))));
  bobs = await bob.everything();
  const many = Array.from({ length: 100 }, (_, index) => `one${index}`);
  await inBatches([alice.username, bob.username, ...many], 20, joinLargeRoom);
  sign = await tokenSigner(runtime);
  await everything.ask({ type: 'create', conversation, message: 'first' }, 'chat_message');
  await chat.settled();
});
afterAll(async () => {
  table?.destroy();
  s3?.destroy();
  await chat?.stop();
});

/** Makes the names and ids of each scenario unique. */
let unique = 0;

/** Sends on Alice's socket and expects her own copy. */
async function create(to: string, extra: Record<string, unknown> = {}): Promise<Event> {
  return answer({ type: 'create', conversation: to, message: 'hello', ...extra }, 'chat_message');
}

/** Sends on Alice's socket and waits for the answer. @throws Error when an `error` frame comes */
async function answer(frame: Record<string, unknown>, type: string): Promise<Event> {
  const clientId = `c${++unique}`;
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

/** Whether a permission is missing: then a scenario fails by waiting. */
let revoked = false;

async function eventually(holds: () => boolean): Promise<void> {
  const seconds = revoked ? 2 : 20;
  for (const deadline = Date.now() + seconds * 1_000; !holds(); await pause(5)) {
    if (Date.now() > deadline) throw new Error(`it did not come about in ${seconds} seconds`);
  }
}

/** The event of this type that a new connection gets. @throws Error when none has come once the stream is idle */
async function eventOnConnect(type: string, query: Record<string, string>, person = bob): Promise<Event> {
  const socket = await person.connect(query);
  await untilIdle(runtime);
  await arrived(socket);
  const event = socket.received.find((one) => one.type === type);
  await socket.close();
  await untilIdle(runtime);
  if (!event) throw new Error(`no ${type}`);
  return event;
}

const snapshot = (of = conversation) => eventOnConnect('last_50_messages', { conversation: of });

/** Rooms of Alice and Bob for scenarios with files. There are several because of the rate limit per member and room. */
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

/** Uploads a new avatar for Alice. @returns its address */
async function setAvatar(): Promise<string> {
  const { avatar } = await answered(200, alice.request('PATCH', '/me', { avatar: await upload('/me/avatar') }));
  return avatar;
}

/** Gives a group of Alice and Bob a new picture. @returns its address */
async function setPicture(group: string): Promise<string> {
  const picture = await upload(`/conversations/${group}/picture`);
  return (await answered(200, alice.request('PATCH', `/conversations/${group}`, { picture }))).picture;
}

async function newGroup(): Promise<string> {
  await alice.request('PUT', `/me/friends/${bob.username}`);
  await bob.request('PUT', `/me/friends/${alice.username}`);
  return (await answered(201, alice.post('/conversations', { title: 'Trip', members: [bob.username] }))).id;
}

async function download(url: string): Promise<void> {
  const { status } = await fetch(url);
  if (status !== 200) throw new Error(`S3 answered ${status}`);
}

/** The field of a new message with one uploaded file. */
async function attached(to: string): Promise<{ attachments: string[] }> {
  return { attachments: [await upload(`/conversations/${to}/attachments`)] };
}

function tableName(): string {
  const { stack } = runtime;
  return stack.ref(stack.ofType('AWS::DynamoDB::Table')[0]?.logicalId ?? '');
}

/** Allocates a number as if a writer had done so a minute ago and died before writing the entry. */
async function allocateWithoutEntry(of: string): Promise<void> {
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

/** Stores a user with a connection that ended an hour ago without a $disconnect. @returns the user name */
async function storeLostConnection(scope = 'user'): Promise<string> {
  const username = `ghost${++unique}`;
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
  answered(201, alice.post(`/conversations/${to}/messages`, { message: 'hello', client_id: `h${++unique}`, ...extra }));

/** Makes a user a member of the large room. */
function joinLargeRoom(username: string): Promise<boolean> {
  const store = { table: { client: table, name: tableName() } };
  return createMembership(store, username, parseConversation(largeRoom), { seq: 0, count: 0 });
}

/** Alice's message in the large room reaches Bob. @throws Error when a function has failed and waits for its second try */
async function largeRoomDelivers(send: (to: string) => Promise<Event> = create): Promise<void> {
  const retries = () => runtime.counters.snapshot()['lambda.event-retries'] ?? 0;
  const before = retries();
  const { id } = await send(largeRoom);
  const received = () => bobs.received.some((event) => event.id === id);
  let nothingMoreComes = false;
  void untilIdle(runtime)
    .then(() => arrived(bobs))
    .then(
      () => {
        nothingMoreComes = true;
      },
      () => {},
    );
  await eventually(() => received() || retries() > before || nothingMoreComes);
  if (!received()) throw new Error('not heard');
}

/** An event that failed twice becomes a dead letter. The second try comes after a minute, here after three seconds. */
async function largeRoomLeavesDeadLetter(withoutPermission: string): Promise<void> {
  const letters = () => runtime.counters.snapshot()['lambda.dead-letters'] ?? 0;
  const before = letters();
  const restore = revoke(withoutPermission);
  await create(largeRoom);
  await untilIdle(runtime);
  restore();
  if (letters() === before) throw new Error('no dead letter');
}

/** Somebody comes into the large room, and goes: Bob gets the numbers. The pauses before are ten seconds, here half of one. */
async function largeRoomIsCounted(): Promise<void> {
  const counts = () => bobs.received.filter(({ type }) => type === 'presence_count').length;
  const person = await chat.person(`count${++unique}`);
  await joinLargeRoom(person.username);
  const before = counts();
  const socket = await person.enter(largeRoom);
  try {
    await eventually(() => counts() > before);
  } finally {
    await socket.close();
  }
  // Otherwise the next scenario would hear of it.
  await eventually(() => counts() > before + 1);
}

/** An edit that a writer wrote into the log before it died. */
async function leaveEdit(of: string, target: number): Promise<void> {
  const at = Date.now();
  const { Attributes } = await table.send(
    new UpdateCommand({
      TableName: tableName(),
      Key: conversationStateKey(of),
      UpdateExpression: 'SET #at = :at ADD seq :one',
      ExpressionAttributeNames: { '#at': 'at' },
      ExpressionAttributeValues: { ':at': at, ':one': 1 },
      ReturnValues: 'ALL_NEW',
    }),
  );
  const key = entryKey({ conversation: of, seq: Number(Attributes?.seq) });
  const edit = {
    type: 'edit',
    target,
    text: 'Hello',
    user: alice.username,
    client_id: `e${++unique}`,
    count: Attributes?.count,
    at,
  };
  await table.send(new PutCommand({ TableName: tableName(), Item: { ...key, ...edit } }));
}

/** A direct conversation of Alice whose state says that she is blocked, which her membership does not say. */
async function leaveStaleMark(): Promise<string> {
  const dave = await chat.person(`dave${++unique}`);
  const id = named(alice, dave);
  await create(id);
  const place = id.split('_').indexOf(alice.username);
  await table.send(
    new UpdateCommand({
      TableName: tableName(),
      Key: conversationStateKey(id),
      UpdateExpression: `SET b${place} = :yes`,
      ExpressionAttributeValues: { ':yes': true },
    }),
  );
  return id;
}

/** A new room with two messages of Alice that Bob has not read. */
async function unreadRoom(): Promise<string> {
  const id = `room:unread-${++unique}`;
  await (await bob.enter(id)).close();
  await create(id);
  await create(id);
  return id;
}

/** A message with a picture. A writer wrote its deletion into the log, and died before it removed the picture. */
async function leaveDeletion(): Promise<string> {
  const { seq, multimedia_url: address } = await create(ofFiles.stream, await attached(ofFiles.stream));
  await leaveDeletionOf(seq);
  return address;
}

/** A writer wrote the deletion of this message into the log, and died. */
async function leaveDeletionOf(seq: number): Promise<void> {
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
    client_id: `d${++unique}`,
    count: Attributes?.count,
    at,
  };
  await table.send(new PutCommand({ TableName: tableName(), Item: { ...key, ...change } }));
  await untilIdle(runtime);
}

/** The runs of jobs about accounts. The table and the bucket have what a user would have. */
const store = () => ({ table: { client: table, name: tableName() }, now: Date.now });
const uploads = () => {
  const { stack } = runtime;
  const [bucket] = stack.ofType('AWS::S3::Bucket').filter(({ logicalId }) => logicalId.startsWith('Uploads'));
  return stack.ref(bucket?.logicalId ?? '');
};

async function putObject(Key: string): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: uploads(), Key, Body: png }));
}

async function isStored(Key: string): Promise<boolean> {
  return s3.send(new GetObjectCommand({ Bucket: uploads(), Key })).then(
    () => true,
    () => false,
  );
}

/** A message of Alice with a file from before messages shared their files. */
async function oldMessage(of: string): Promise<{ seq: number; file: string }> {
  const file = `old${++unique}`;
  await putObject(`files/${file}`);
  const upload = { id: file, filename: 'a.png', content_type: 'image/png', size: png.length };
  const { pk } = conversationStateKey(of);
  const used = { ...upload, pk, sk: `FILE#${file}`, user: alice.username, used_by: file };
  await table.send(new PutCommand({ TableName: tableName(), Item: used }));
  return putMessage(of, alice.username, upload, file);
}

async function putMessage(
  of: string,
  user: string,
  upload: object,
  file: string,
): Promise<{ seq: number; file: string; count: number }> {
  const last = { user, text: 'hi', content_type: 'text', at: Date.now() } as const;
  const { seq, count } = await allocateSeq(store(), of, last);
  const id = messageId('01KAGM8S1B9XJ3Q0V7', seq);
  const message = { type: 'message', id, files: [upload], reply_to: null, client_id: file, count };
  const Item = { ...entryKey({ conversation: of, seq }), ...message, ...last };
  await table.send(new PutCommand({ TableName: tableName(), Item }));
  return { seq, file, count };
}

/** A user who is a member of this room, where they have written a message with a file. @returns their name, and the file's id */
async function newMember(of = room, folder: 'files' | 'attachments' = 'files') {
  const username = `member${++unique}`;
  const [file, picture] = [`file${unique}`, `picture${unique}`];
  await createUser(store(), { username, name: username });
  await updateProfile(store(), { username }, { avatar: { id: picture, content_type: 'image/png' } });
  const upload = { filename: 'a.png', content_type: 'image/png', size: png.length, user: username };
  await putUpload(store(), { ...upload, id: picture, conversation: username });
  await Promise.all([putObject(`${folder}/${file}`), putObject(`avatars/${picture}`)]);
  const object = folder === 'attachments' ? { object: file } : {};
  const attachment = { id: file, filename: 'a.png', content_type: 'image/png', size: png.length, ...object };
  const { seq, count } = await putMessage(of, username, attachment, file);
  await createMembership(store(), username, parseConversation(of), { seq, count });
  return { username, file, picture };
}

/** One run of a job. @throws Error when it fails */
async function runJob(username: string, kind: 'deletion' | 'export', progress: object): Promise<AccountJob> {
  await beginAccountJob(store(), { username, kind, progress }, await getAccountJob(store(), username, kind));
  const body = JSON.stringify({ kind, username });
  const outcome = await runtime.functions.invoke('AccountJobFunction', { Records: [{ messageId: 'm', body }] });
  const job = await getAccountJob(store(), username, kind);
  if (!job || JSON.stringify(outcome.ok && outcome.payload) !== '{"batchItemFailures":[]}')
    throw new Error('the run failed');
  return job;
}

async function deleteMember(of = room, { erase = false, folder = 'files' as 'files' | 'attachments' } = {}) {
  const member = await newMember(of, folder);
  await runJob(member.username, 'deletion', newDeletion('nobody', erase));
  await untilIdle(runtime);
  await Promise.all([arrived(everything), arrived(bobs)]);
  return member;
}

async function deleteWithArchive(): Promise<void> {
  const { username } = await newMember();
  const archive = { id: username, uploadId: 'none', parts: [] };
  await beginAccountJob(store(), { username, kind: 'export', progress: { ...newExport, archive } });
  await runJob(username, 'deletion', newDeletion('nobody', false));
}

async function exportMember(folder: 'files' | 'attachments' = 'files'): Promise<void> {
  const { username } = await newMember(room, folder);
  const { done, progress } = await runJob(username, 'export', newExport);
  expect({ done, progress }).toMatchObject({ done: expect.any(Number), progress: { files: 2 } });
}

/** The archive of a member of the pool. @returns its address */
async function archiveOf(person: Person): Promise<string> {
  await answered(202, person.post('/me/export'));
  const done = () => runtime.counters.snapshot()['lambda.done:AccountJobFunction'] ?? 0;
  const before = done();
  await eventually(() => done() > before);
  return String((await answered(200, person.get('/me/export'))).url);
}

const newArchive = async () => archiveOf(await chat.person(`exporter${++unique}`));

async function expectGone(address: string): Promise<void> {
  const { status } = await fetch(address);
  if (status !== 404 && status !== 403) throw new Error(`S3 answered ${status}`);
}

type Scenario = () => Promise<unknown>;

/** Scenarios by permission, `function action part`: `part` is the distinctive part of the resource. */
const scenarios: Readonly<Record<string, Scenario>> = {
  'Socket dynamodb:GetItem table': () => create(room),
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
    const dave = await chat.person(`dave${++unique}`);
    // Nobody posts to this socket, and its user does not connect again, so only a frame of its own can end it. Until then it gets a pong.
    const expires = Math.floor(Date.now() / 1000) + 3;
    const ending = await dave.connect({ notifications: 'all' }, await sign(dave.username, expires, dave.sub));
    await pause(expires * 1_000 - Date.now());
    expect(await ending.ask({ type: 'ping' }, 'error')).toMatchObject({ code: 'token_expired' });
    const failure = await ending.next().catch(() => undefined);
    if (failure) throw new Error(failure.message);
    await ending.closed();
  },
  'Socket s3:GetObject incoming/*': async () => create(ofFiles.socket, await attached(ofFiles.socket)),
  'Socket s3:PutObject attachments/*': async () => create(ofFiles.socket, await attached(ofFiles.socket)),
  'Socket s3:GetObject attachments/*': async () =>
    download((await create(ofFiles.socket, await attached(ofFiles.socket))).multimedia_url),
  'Socket s3:DeleteObject attachments/*': async () => {
    const { seq, multimedia_url: address } = await create(ofFiles.socket, await attached(ofFiles.socket));
    const before = everything.received.length;
    await answer({ type: 'delete', conversation: ofFiles.socket, seq }, 'message_deleted');
    // The table's stream deletes the file too, and may be faster: then the answer comes before the function's error.
    await untilIdle(runtime);
    await arrived(everything);
    const refused = everything.received.slice(before).find(({ type }) => type === 'error');
    if (refused) throw new Error(refused.code);
    await expectGone(address);
  },

  'Socket dynamodb:ConditionCheckItem table': async () => {
    const id = await leaveStaleMark();
    await create(id);
  },
  'Http dynamodb:ConditionCheckItem table': async () => {
    const dave = await chat.person(`dave${++unique}`);
    const { id } = await answered(201, alice.post('/conversations', { title: 'Trip', members: [dave.username] }));
    await answered(200, dave.request('PUT', `/me/invitations/${id}`));
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
  'Http cognito-idp:AdminGetUser pool': async () => {
    const dave = await chat.person(`dave${++unique}`);
    await chat.cognito.send(new DeleteUserCommand({ AccessToken: dave.tokens.access }));
    await answered(404, alice.get(`/users/${dave.username}`));
  },
  'Http cognito-idp:AdminUserGlobalSignOut pool': async () =>
    answered(204, (await chat.person(`dave${++unique}`)).request('DELETE', '/me/sessions')),
  'Http s3:PutObject avatars/*': setAvatar,
  'Http s3:GetObject avatars/*': async () => download(await setAvatar()),
  'Http s3:DeleteObject avatars/*': async () => {
    const group = await newGroup();
    const replaced = await setPicture(group);
    await setPicture(group);
    await expectGone(replaced);
  },
  'Http s3:PutObject incoming/*': () => upload(),
  'Http s3:GetObject incoming/*': async () => post(ofFiles.http, await attached(ofFiles.http)),
  'Http s3:PutObject attachments/*': async () => post(ofFiles.http, await attached(ofFiles.http)),
  'Http s3:GetObject attachments/*': async () =>
    download((await post(ofFiles.http, await attached(ofFiles.http))).multimedia_url),
  'Http s3:DeleteObject attachments/*': async () => {
    const { seq, multimedia_url: address } = await post(ofFiles.http, await attached(ofFiles.http));
    await answered(200, alice.request('DELETE', `/conversations/${ofFiles.http}/messages/${seq}`));
    await expectGone(address);
  },

  'Notify dynamodb:GetItem table': () => snapshot(),
  'Notify dynamodb:BatchGetItem table': () => snapshot(),
  'Notify dynamodb:Query table': () => snapshot(),
  'Notify dynamodb:Query index/members': () => snapshot(room),
  'Notify dynamodb:PutItem table': async () => {
    await allocateWithoutEntry(conversation);
    await snapshot();
  },
  'Notify dynamodb:UpdateItem table': async () => {
    const ghost = await storeLostConnection();
    await untilIdle(runtime);
    const { members } = await answered(200, alice.get(`/conversations/${ghost}`));
    if (members.some((member: Event) => member.username === ghost && member.online)) throw new Error('still here');
  },
  'Notify execute-api:ManageConnections POST': () => eventOnConnect('unread_count', { notifications: 'all' }),
  'Notify execute-api:ManageConnections DELETE': async () => {
    const dave = await chat.person(`dave${++unique}`);
    const socket = await dave.everything();
    await answered(204, dave.request('DELETE', '/me/sessions'));
    // Not longer than `eventually`: here a socket that is idle for 30 seconds is closed, and Bob's is idle meanwhile.
    await eventually(() => socket.raw.readyState === socket.raw.CLOSED);
  },
  'Notify s3:GetObject attachments/*': async () => {
    await create(ofFiles.stream, await attached(ofFiles.stream));
    const { messages } = await snapshot(ofFiles.stream);
    await download(messages[0].multimedia_url);
  },
  'Socket s3:GetObject files/*': async () => {
    const { seq } = await oldMessage(ofFiles.socket);
    const edit = { type: 'edit', conversation: ofFiles.socket, seq, message: 'edited' };
    await download((await answer(edit, 'message_edited')).multimedia_url);
  },
  'Socket s3:DeleteObject files/*': async () => {
    const { seq, file } = await oldMessage(ofFiles.socket);
    const before = everything.received.length;
    everything.send({ type: 'delete', conversation: ofFiles.socket, seq });
    await eventually(() =>
      everything.received.slice(before).some(({ type }) => type === 'message_deleted' || type === 'error'),
    );
    await untilIdle(runtime);
    await arrived(everything);
    const refused = everything.received.slice(before).some(({ type }) => type === 'error');
    if (refused || (await isStored(`files/${file}`))) throw new Error('refused');
  },
  'Http s3:GetObject files/*': async () => {
    const { seq } = await oldMessage(ofFiles.http);
    const { results } = await answered(200, alice.get(`/conversations/${ofFiles.http}/messages?around=${seq}&limit=1`));
    await download(results[0].multimedia_url);
  },
  'Http s3:DeleteObject files/*': async () => {
    const { seq, file } = await oldMessage(ofFiles.http);
    await answered(200, alice.request('DELETE', `/conversations/${ofFiles.http}/messages/${seq}`));
    if (await isStored(`files/${file}`)) throw new Error('still there');
  },
  'Notify s3:GetObject files/*': async () => {
    await oldMessage(ofFiles.stream);
    const { messages } = await snapshot(ofFiles.stream);
    await download(messages[0].multimedia_url);
  },
  'Notify s3:DeleteObject files/*': async () => {
    const { seq, file } = await oldMessage(ofFiles.stream);
    await leaveDeletionOf(seq);
    if (await isStored(`files/${file}`)) throw new Error('still there');
  },
  'Notify s3:GetObject avatars/*': async () => {
    const group = await newGroup();
    await setPicture(group);
    const { results } = await eventOnConnect('conversations', {});
    await download(results.find(({ id }: Event) => id === group).picture);
  },
  'Notify s3:DeleteObject avatars/*': async () => {
    const replaced = await setAvatar();
    await setAvatar();
    await untilIdle(runtime);
    await expectGone(replaced);
  },
  'Notify s3:DeleteObject attachments/*': async () => expectGone(await leaveDeletion()),
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

  'Socket lambda:InvokeFunction function': () => largeRoomDelivers(),
  'Http lambda:InvokeFunction function': () => largeRoomDelivers(post),
  'Notify lambda:InvokeFunction function': async () => {
    const { seq } = await create(largeRoom);
    await leaveEdit(largeRoom, seq);
    await eventually(() => bobs.received.some((event) => event.type === 'message_edited' && event.seq === seq));
  },

  'Notify sqs:SendMessage counts': largeRoomIsCounted,
  'CountOnline sqs:ReceiveMessage counts': largeRoomIsCounted,
  'CountOnline sqs:DeleteMessage counts': largeRoomIsCounted,
  'CountOnline sqs:GetQueueAttributes counts': largeRoomIsCounted,
  'CountOnline dynamodb:UpdateItem table': largeRoomIsCounted,
  'CountOnline dynamodb:Query index/members': largeRoomIsCounted,
  'CountOnline dynamodb:BatchGetItem table': largeRoomIsCounted,
  'CountOnline execute-api:ManageConnections POST': async () => {
    // Without the permission the departure before was counted and nobody heard of it. Together with that, an arrival changes nothing.
    const store = { table: { client: table, name: tableName() } };
    while ((await getConversationState(store, largeRoom)).presence?.due) await pause(20);
    await untilIdle(runtime);
    await largeRoomIsCounted();
  },

  'Http sqs:SendMessage accounts': async () =>
    answered(202, (await chat.person(`exporter${++unique}`)).post('/me/export')),
  'Http s3:GetObject exports/*': async () => download(await newArchive()),
  'AccountJob sqs:ReceiveMessage accounts': newArchive,
  'AccountJob sqs:DeleteMessage accounts': newArchive,
  'AccountJob sqs:GetQueueAttributes accounts': newArchive,
  'AccountJob sqs:SendMessage accounts': async () => {
    const archive = { id: 'gone', uploadId: 'none', parts: [] };
    const { username } = await newMember();
    // S3 does not know the upload any more, so another run begins anew.
    await runJob(username, 'export', { ...newExport, archive, place: { step: 'left' } });
  },
  'AccountJob dynamodb:GetItem table': () => deleteMember(),
  'AccountJob dynamodb:BatchGetItem table': () => deleteMember(),
  'AccountJob dynamodb:PutItem table': () => deleteMember(),
  'AccountJob dynamodb:Query table': () => deleteMember(),
  'AccountJob dynamodb:Query index/members': () => deleteMember(),
  'AccountJob dynamodb:UpdateItem table': () => deleteMember(),
  'AccountJob dynamodb:ConditionCheckItem table': async () => {
    // A group whose owner has vanished: somebody else becomes it, unless the owner has come back.
    const group = `group:01kagm8s1b9xj3q0v70000${String(++unique).padStart(4, '0')}`;
    await allocateFirstSeq(store(), group, 'Group', 'nobody');
    await createMembership(store(), bob.username, parseConversation(group), { seq: 0, count: 0 });
    await deleteMember(group);
  },
  'AccountJob cognito-idp:AdminUserGlobalSignOut pool': () => deleteMember(),
  'AccountJob cognito-idp:AdminDeleteUser pool': () => deleteMember(),
  'AccountJob execute-api:ManageConnections POST': async () => {
    const { username } = await deleteMember();
    const left = everything.received.some(
      (event) => event.content_type === 'system' && event.from_user.username === username,
    );
    if (!left) throw new Error('not heard');
  },
  'AccountJob lambda:InvokeFunction function': async () => {
    const { username } = await deleteMember(largeRoom, { erase: true });
    await eventually(() => bobs.received.some(({ type, user }) => type === 'messages_erased' && user === username));
  },
  'AccountJob s3:DeleteObject files/*': async () => {
    const { file } = await deleteMember(room, { erase: true });
    if (await isStored(`files/${file}`)) throw new Error('still there');
  },
  'AccountJob s3:DeleteObject attachments/*': async () => {
    const { file } = await deleteMember(room, { erase: true, folder: 'attachments' });
    if (await isStored(`attachments/${file}`)) throw new Error('still there');
  },
  'AccountJob s3:DeleteObject avatars/*': async () => {
    const { picture } = await deleteMember();
    if (await isStored(`avatars/${picture}`)) throw new Error('still there');
  },
  'AccountJob s3:AbortMultipartUpload exports/*': deleteWithArchive,
  'AccountJob s3:DeleteObject exports/*': deleteWithArchive,
  'AccountJob s3:GetObject files/*': () => exportMember(),
  'AccountJob s3:GetObject attachments/*': () => exportMember('attachments'),
  'AccountJob s3:GetObject avatars/*': () => exportMember(),
  'AccountJob s3:PutObject exports/*': () => exportMember(),
  'AccountJob s3:GetObject exports/*': async () => {
    const { username } = await newMember();
    await putObject(`exports/${username}/rest-1`);
    const Key = `exports/${username}/parley.tar.gz`;
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket: uploads(), Key }));
    const archive = { id: username, uploadId: UploadId, parts: [] };
    await runJob(username, 'export', { ...newExport, archive, place: { step: 'left' }, rest: 1, rests: 1 });
  },

  'FanOut dynamodb:Query index/members': () => largeRoomDelivers(),
  'FanOut sqs:SendMessage chunks': () => largeRoomDelivers(),
  'FanOut sqs:SendMessage queue': () => largeRoomLeavesDeadLetter('FanOut dynamodb:Query index/members'),

  'Deliver dynamodb:GetItem table': () => largeRoomDelivers(),
  'Deliver dynamodb:BatchGetItem table': () => largeRoomDelivers(),
  'Deliver dynamodb:PutItem table': async () => {
    const watching = await bob.connect({ notifications: largeRoom });
    try {
      await untilIdle(runtime);
      await largeRoomDelivers();
    } finally {
      await watching.close();
    }
  },
  'Deliver dynamodb:UpdateItem table': async () => {
    // Its user is no member yet. So nobody is told of the connection, and notify does not find it closed.
    const ghost = await storeLostConnection(scopeToText({ kind: 'conversation', conversation: largeRoom }));
    await untilIdle(runtime);
    await joinLargeRoom(ghost);
    await largeRoomDelivers();
    await untilIdle(runtime);
    const { members } = await answered(200, alice.get(`/conversations/${ghost}`));
    if (members.some((member: Event) => member.username === ghost && member.online)) throw new Error('still here');
  },
  'Deliver execute-api:ManageConnections POST': async () => {
    const { id } = await create(largeRoom);
    await untilIdle(runtime);
    await arrived(bobs);
    if (!bobs.received.some((event) => event.id === id)) throw new Error('not heard');
  },
  'Deliver sqs:ReceiveMessage chunks': () => largeRoomDelivers(),
  'Deliver sqs:DeleteMessage chunks': () => largeRoomDelivers(),
  'Deliver sqs:GetQueueAttributes chunks': () => largeRoomDelivers(),

  'SignUp dynamodb:PutItem table': () => chat.person(`new${++unique}`),
  'CheckName dynamodb:GetItem table': () => chat.person(`new${++unique}`),
  'CheckName dynamodb:PutItem table': () => chat.person(`new${++unique}`),
};

/** Every function writes its log. Without these permissions nothing but the log shows it. */
const logging = ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => `${action} log`);

function label({ roleId, action, resource }: Permission): string {
  const part =
    /(index\/\w+|incoming\/\*|attachments\/\*|files\/\*|avatars\/\*|exports\/\*|POST|DELETE)(\/@connections\/\*)?$/.exec(
      resource,
    )?.[1];
  const kind = /:(table|log-group|userpool|function)[:/]/
    .exec(resource)?.[1]
    ?.replace('log-group', 'log')
    .replace('user', '');
  const sqs = /:sqs:.*/.exec(resource)?.[0];
  const what =
    part ??
    (resource.includes('/stream/')
      ? 'stream'
      : sqs
        ? sqs.includes('OnlineCounts')
          ? 'counts'
          : sqs.includes('AccountJobs')
            ? 'accounts'
            : sqs.includes('Chunks')
              ? 'chunks'
              : 'queue'
        : kind);
  return `${functionOf(roleId)?.replace(/Function$/, '') ?? roleId} ${action} ${what ?? resource}`;
}

function functionOf(roleId: string): string | undefined {
  const { stack } = runtime;
  return stack.functions.find(({ properties }) => properties.Role === stack.arn(roleId))?.logicalId;
}

/** The permissions of the functions' roles. Other roles belong to AWS services. */
function permissions(): Permission[] {
  return runtime.policies.permissions().filter(({ roleId }) => functionOf(roleId) !== undefined);
}

/** @returns a function that restores it */
function revoke(permission: string): () => void {
  const found = permissions().filter((one) => label(one) === permission);
  expect(found, permission).toHaveLength(1);
  const restores = found.map((one) => runtime.policies.revoke(one));
  return () => {
    for (const restore of restores) restore();
  };
}

describe.runIf(local)('a permission', () => {
  it('of the template has a scenario, and each scenario has a permission', () => {
    const ids = runtime.stack.functions.map(({ logicalId }) => logicalId);
    const ofLogs = ids.flatMap((id) => logging.map((one) => `${id.replace(/Function$/, '')} ${one}`));
    expect(permissions().map(label).sort()).toEqual([...Object.keys(scenarios), ...ofLogs].sort());
  });

  it.each(Object.entries(scenarios))('%s is needed', async (permission, scenario) => {
    await untilIdle(runtime);
    const restore = revoke(permission);
    revoked = true;
    try {
      await expect(scenario(), `without ${permission}`).rejects.toThrow();
    } finally {
      revoked = false;
      restore();
    }
    await untilIdle(runtime);
    await scenario();
  });

  it.each(logging)('%s is needed by every function to write its log', async (action) => {
    const { functions, stack } = runtime;
    const logged = (requestId: string) => logs().includes(`"requestId":"${requestId}"`);
    for (const { logicalId } of stack.functions) {
      await untilIdle(runtime);
      const restore = revoke(`${logicalId.replace(/Function$/, '')} ${action}`);
      startCold(runtime);
      const silent = await functions.invoke(logicalId, {});
      restore();
      startCold(runtime);
      const permitted = await functions.invoke(logicalId, {});
      // The lines of a file are in order: a line of the first invocation would be there already.
      await eventually(() => logged(permitted.requestId));
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
