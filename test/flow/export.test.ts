/** The archive of what is somebody's: their profile, conversations, messages and files, and nothing of others. */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { Parser } from 'tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { continueExport, newExport, toExport } from '#lambdas/chat/export-account';
import { openServices, openTable, type Services } from '#lambdas/runtime/services';
import { beginAccountJob, getAccountJob, takeAccountJob } from '#lambdas/store/account-job';
import { type Chat, startChat } from '../support/chat.ts';
import { named, type Person } from '../support/person.ts';

let chat: Chat;
let alice: Person;
let bob: Person;
let direct: string;
let group: string;
/** Of an invite link to it. */
let code: string;
let left: string;
/** Two of them fill a part. */
const large = Buffer.from(randomBytes(5 * 1024 ** 2));
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

beforeAll(async () => {
  chat = await startChat({ timeScale: 60 });
  [alice, bob] = await chat.people('alice', 'bob');
  direct = named(alice, bob);
  left = `room:..${chat.run}`;
  await Promise.all([alice.enter(left), bob.enter(left)]);
  await alice.request('PUT', `/me/friends/${bob.username}`);
  await alice.request('PATCH', '/me', {
    name: 'Alice A.',
    avatar: await upload(alice, '/me/avatar', 'me.png', picture),
  });
  ({ id: group } = (await alice.post('/conversations', { title: 'Trip', members: [] })).body);
  ({ code } = (await alice.post(`/conversations/${group}/invite-links`, { max_uses: 3 })).body);
  await post(alice, direct, 'hello');
  await post(bob, direct, 'not yours');
  await post(alice, direct, 'to be edited');
  await alice.request('PATCH', `/conversations/${direct}/messages/3`, { message: 'edited' });
  await post(alice, direct, 'deleted');
  await alice.request('DELETE', `/conversations/${direct}/messages/5`);
  await post(alice, left, 'before I left');
  await alice.request('DELETE', `/conversations/${left}/members/${alice.username}`);
  const at = `/conversations/${direct}/attachments`;
  const name = `a ${'very '.repeat(25)}long: name.bin`;
  const attachments = [await upload(alice, at, name, large), await upload(alice, at, 'b.bin', large)];
  await post(alice, direct, 'files', { attachments });
});
afterAll(() => chat.stop());

async function post(person: Person, to: string, message: string, extra: object = {}) {
  const { status, body } = await person.post(`/conversations/${to}/messages`, { message, ...extra });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body;
}

async function upload(person: Person, at: string, filename: string, file: Buffer<ArrayBuffer>): Promise<string> {
  const content_type = filename.endsWith('.png') ? 'image/png' : 'application/octet-stream';
  const { body: form } = await person.post(at, { filename, content_type, size: file.length });
  const data = new FormData();
  for (const [name, value] of Object.entries(form.fields)) data.append(name, String(value));
  data.append('file', new Blob([file]), filename);
  expect((await fetch(form.url, { method: 'POST', body: data })).status).toBe(204);
  return form.id;
}

/** The files of an archive by path. @throws Error for a path that is there twice */
async function unpack(archive: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const parser = new Parser({
    strict: true,
    onReadEntry(entry) {
      const chunks: Buffer[] = [];
      if (files.has(entry.path)) throw new Error(`${entry.path} is there twice`);
      files.set(entry.path, Buffer.alloc(0));
      entry.on('data', (chunk: Buffer) => void chunks.push(chunk));
      entry.on('end', () => void files.set(entry.path, Buffer.concat(chunks)));
    },
  });
  await new Promise<void>((resolve, reject) => {
    parser.on('end', resolve).on('error', reject);
    parser.end(gunzipSync(archive));
  });
  return files;
}

async function download(url: string): Promise<Buffer> {
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="parley-${alice.username}.tar.gz"`);
  return Buffer.from(await answer.arrayBuffer());
}

function expectAlices(files: ReadonlyMap<string, Buffer>): void {
  const text = (path: string) => files.get(path)?.toString() ?? `no ${path}`;
  const lines = (path: string) =>
    text(path)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  const folder = `direct/${direct}`;
  const room = `room/room-..${chat.run}`;
  expect(JSON.parse(text('profile.json'))).toMatchObject({
    username: alice.username,
    name: 'Alice A.',
    requests_sent: [bob.username],
    friends: [],
  });
  expect(files.get('picture.png')).toEqual(picture);
  expect(JSON.parse(text(`${folder}/conversation.json`))).toMatchObject({ id: direct, member: true, role: 'member' });
  const sent = lines(`${folder}/messages-000000000001.jsonl`);
  expect(sent.map(({ message }) => message)).toEqual(['hello', 'edited', 'files']);
  const paths = sent[2].attachments.map(({ path }: { path: string }) => `${folder}/${path}`);
  expect(paths.map((path: string) => files.get(path)?.equals(large))).toEqual([true, true]);
  expect(paths[0]).toMatch(/long_ name\.bin$/);
  expect(JSON.parse(text(`${room}/conversation.json`))).toMatchObject({ id: left, member: false });
  expect(lines(`${room}/messages-000000000001.jsonl`).map(({ message }) => message)).toEqual(['before I left']);
  const groupFile = `${group.replace(':', '/')}/conversation.json`;
  expect(JSON.parse(text(groupFile))).toMatchObject({
    title: 'Trip',
    role: 'owner',
    invite_links: [{ uses: 0, max_uses: 3 }],
  });
  expect(text(groupFile)).not.toContain(code);
  expect([...files.keys()].sort()).toEqual(
    [
      groupFile,
      'profile.json',
      'picture.png',
      `${folder}/conversation.json`,
      `${folder}/messages-000000000001.jsonl`,
      ...paths,
      `${room}/conversation.json`,
      `${room}/messages-000000000001.jsonl`,
    ].sort(),
  );
  expect([...files.values()].join('')).not.toContain('not yours');
}

describe('an archive', () => {
  it('has all that is the person’s and nothing of others, once a day, for the person alone', async () => {
    expect((await alice.get('/me/export')).status).toBe(404);
    const begun = await alice.post('/me/export');
    expect(begun).toMatchObject({ status: 202, body: { state: 'running', url: null, size: null } });
    let { body } = await alice.get('/me/export');
    while (body.state === 'running') {
      await pause(50);
      ({ body } = await alice.get('/me/export'));
    }
    expect(body).toMatchObject({ state: 'ready', messages: 4, files: 3 });
    const days = (Date.parse(body.expires_at) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(6);
    expect(days).toBeLessThan(8);
    const archive = await download(body.url);
    expect(archive.length).toBe(body.size);
    expectAlices(await unpack(archive));

    const again = await alice.post('/me/export');
    expect(again).toMatchObject({ status: 429, body: { error: { code: 'rate_limited' } } });
    expect((await bob.get('/me/export')).status).toBe(404);
  });

  it.skipIf(process.env.PARLEY_OUTPUTS)('is the same when every run has no time and many die', async () => {
    const services = servicesHere();
    const job = { username: alice.username, kind: 'export', progress: newExport } as const;
    await beginAccountJob(services, job, await getAccountJob(services, alice.username, 'export'));
    let runs = 0;
    for (;;) {
      const taken = await takeAccountJob(services, alice.username, 'export', `run ${++runs}`);
      if (!taken) break;
      // Every third run dies at its third call of the table or later; all others end after each file.
      const dying = runs % 3 === 0 ? dyingAt(services, 3 + (runs % 5)) : services;
      await continueExport({ services: dying, job: taken, isOver: () => runs < 40 }).catch((error: Error) => {
        if (error.message !== 'died') throw error;
      });
    }
    expect(runs).toBeGreaterThan(8);
    const done = await getAccountJob(services, alice.username, 'export');
    const { url, messages, files } = (done && toExport(services, done)) ?? {};
    expect({ messages, files }).toEqual({ messages: 4, files: 3 });
    expectAlices(await unpack(await download(url ?? '')));
  });

  it('is gone with the account', async () => {
    const { body } = await alice.get('/me/export');
    await download(body.url);
    await alice.request('DELETE', '/me');
    while ((await alice.get('/me/deletion')).body.state !== 'done') await pause(50);
    expect((await fetch(body.url)).status).not.toBe(200);
    expect((await alice.get('/me/export')).status).toBe(401);
  });
});

/** The services of a function, in this process, with all permissions. */
function servicesHere(): Services {
  const { local, outputs } = chat;
  if (!local) throw new Error('this needs the local runtime');
  const { stack, origin, rootCredentials: credentials } = local;
  const nameOf = (type: string) => stack.ref(stack.ofType(type)[0]?.logicalId ?? '');
  const region = outputs.Region;
  process.env.AWS_ENDPOINT_URL_S3 = `${origin}/_aws/s3`;
  const bucket = stack.ofType('AWS::S3::Bucket').find(({ logicalId }) => logicalId.startsWith('Uploads'));
  const services = openServices({
    TABLE_NAME: nameOf('AWS::DynamoDB::Table'),
    BUCKET_NAME: stack.ref(bucket?.logicalId ?? ''),
    CALLBACK_URL: origin,
    INLINE_MEMBERS: '100',
    FAN_OUT_FUNCTION: 'none',
  });
  return {
    ...services,
    table: openTable(services.config.tableName, { region, credentials, endpoint: `${origin}/_aws/dynamodb` }),
    bucket: { ...services.bucket, region, credentials },
  };
}

/** The services of a function that dies at this call of the table. */
function dyingAt(services: Services, call: number): Services {
  let calls = 0;
  const { client, name } = services.table;
  const send: typeof client.send = (command) => {
    if (++calls >= call) throw new Error('died');
    return client.send(command);
  };
  return { ...services, table: { name, client: { ...client, send } } };
}
