/** Pushes to offline members. The push services are servers of this test, which a deployed stack could not reach. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DeleteCommand, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Permission } from '@parley/local';
import { synthesize } from '@parley/local';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import webPush from 'web-push';
import { conversationStateKey } from '#lambdas/store/conversation-state';
import { entryKey } from '#lambdas/store/entry';
import { limits } from '#protocol/limits';
import { png, upload } from '../seeds/upload.ts';
import { type Chat, startChat } from '../support/chat.ts';
import { startCold } from '../support/cold-starts.ts';
import { acquaint, named, type Person } from '../support/person.ts';
import { openTable } from '../support/table.ts';
import { untilIdle } from '../support/until-idle.ts';
import { type Browser, Google, PushService, vapidClaims } from './push-services.ts';

const local = !process.env.PARLEY_OUTPUTS;
const vapid = webPush.generateVAPIDKeys();
const subject = 'mailto:operator@example.com';

let chat: Chat;
let service: PushService;
let google: Google;
let directory: string | undefined;

beforeAll(async () => {
  if (!local) return;
  [service, google] = [new PushService(), new Google()];
  await Promise.all([service.start(), google.start()]);
  directory = mkdtempSync(join(tmpdir(), 'parley-push-'));
  const assemblyDirectory = join(directory, 'cdk.out');
  const push = {
    web: { secret: 'parley/vapid', publicKey: vapid.publicKey, subject, endpoints: [service.origin] },
    fcm: { secret: 'parley/fcm', url: google.origin },
  };
  // The APIs of this stack call aliases, which no other test of behaviour does.
  const context = { push, rollout: 'canary', provisioned: { authorize: 1, socket: 1 }, tags: { team: 'chat' } };
  await synthesize({ projectDirectory: resolve('.'), assemblyDirectory, context });
  // Pauses before a retry are minutes on AWS, and seconds here.
  chat = await startChat({ assemblyDirectory, timeScale: 60 });
  const secrets = { 'parley/vapid': vapid, 'parley/fcm': google.account };
  writeFileSync(join(chat.dataDirectory ?? '', 'secrets.json'), JSON.stringify(secrets));
  // This stack has other options than that of other tests, so it is synthesized first.
}, 120_000);
afterAll(async () => {
  await chat?.stop();
  await Promise.all([service?.stop(), google?.stop()]);
  if (directory) rmSync(directory, { recursive: true, force: true });
});

/** Resolves when every push that is due has been sent. */
async function untilPushesSent(): Promise<void> {
  if (!chat.local) return;
  await untilIdle(chat.local);
  await chat.local.queues.idle();
  await untilIdle(chat.local);
}

async function subscribe(person: Person, browser = service.browser(), name = browser.path.slice(6)): Promise<Browser> {
  const answer = await person.request('PUT', `/devices/${name}`, { platform: 'web', ...browser.subscription });
  expect(answer).toMatchObject({ status: 204 });
  return browser;
}

async function install(person: Person, token: string): Promise<string> {
  const deviceToken = `${token}:${chat.run}`;
  const path = `/devices/${encodeURIComponent(deviceToken)}`;
  expect(await person.request('PUT', path, { platform: 'fcm' })).toMatchObject({ status: 204 });
  return deviceToken;
}

let groups = 0;
/** New people for each test. */
function people<const Names extends readonly string[]>(...names: Names): Promise<{ [Index in keyof Names]: Person }> {
  groups += 1;
  return chat.people(...names.map((name) => `${name}${groups}`)) as Promise<{ [Index in keyof Names]: Person }>;
}

/** The shown name. */
function shown({ username }: Person): string {
  const [name = ''] = username.split('-');
  return `${name[0]?.toUpperCase()}${name.slice(1)}`;
}

function localRuntime() {
  if (!chat.local) throw new Error('this needs the local runtime');
  return chat.local;
}

let sent = 0;
async function say(from: Person, to: string, message = 'hello') {
  const answer = await from.post(`/conversations/${to}/messages`, { message, client_id: `p${++sent}` });
  expect(answer.status).toBe(201);
  return answer.body;
}

describe.runIf(local)('an offline member', () => {
  it('gets one push, encrypted for the browser and signed with the key that pages get', async () => {
    const [alice, bob] = await people('alice', 'bob');
    expect(await bob.get('/push')).toMatchObject({
      status: 200,
      body: { web: { public_key: vapid.publicKey }, fcm: true },
    });
    const browser = await subscribe(bob);
    const own = await subscribe(alice);
    const message = await say(alice, named(alice, bob), `first, @${bob.username}`);
    const push = await browser.next();

    expect(browser.decrypt(push)).toEqual({
      type: 'chat_message',
      conversation: named(alice, bob),
      seq: message.seq,
      id: message.id,
      from_user: { username: alice.username, name: shown(alice) },
      title: shown(alice),
      body: `first, @${shown(bob)}`,
      unread_count: 1,
      mentioned: true,
    });
    expect(push.headers).toMatchObject({
      'content-encoding': 'aes128gcm',
      ttl: '86400',
      urgency: 'normal',
      topic: expect.stringMatching(/^[A-Za-z0-9_-]{1,32}$/),
    });
    const { aud, sub, exp } = vapidClaims(push.headers.authorization, vapid.publicKey);
    expect({ aud, sub }).toEqual({ aud: service.origin, sub: subject });
    const hours = (Number(exp) - Date.now() / 1000) / 3600;
    expect(hours).toBeGreaterThan(0);
    expect(hours).toBeLessThanOrEqual(24);

    await untilPushesSent();
    expect(service.at(browser.path)).toHaveLength(1);
    expect(service.at(own.path)).toEqual([]);
  });

  it('gets the next message of a conversation in place of the one before, with its count', async () => {
    const [alice, bob, carol] = await people('alice', 'bob', 'carol');
    const browser = await subscribe(bob);
    await say(alice, named(alice, bob));
    await browser.next();
    await say(alice, named(alice, bob));
    const [first, second] = await service.take(2, browser.path);
    await say(carol, named(carol, bob));
    const [, , other] = await service.take(3, browser.path);
    expect(second?.headers.topic).toBe(first?.headers.topic);
    expect(other?.headers.topic).not.toBe(first?.headers.topic);
    expect(second && browser.decrypt(second)).toMatchObject({ unread_count: 2 });
    expect(other && browser.decrypt(other)).toMatchObject({ unread_count: 1 });
  });

  it('gets a push in an app through FCM, with an access token that is fetched once', async () => {
    const [alice, bob] = await people('alice', 'bob');
    const token = await install(bob, 'app');
    const { seq, id, conversation } = await say(alice, named(alice, bob), 'by app');
    await untilPushesSent();
    await say(alice, named(alice, bob), 'again');
    await untilPushesSent();

    const [message, ...more] = google.messages(token);
    expect(more).toHaveLength(1);
    const topic = message.android.collapse_key;
    expect(message).toMatchObject({
      token,
      notification: { title: shown(alice), body: 'by app' },
      data: {
        type: 'chat_message',
        conversation,
        seq: String(seq),
        id,
        from_username: alice.username,
        unread_count: '1',
      },
      android: { priority: 'HIGH', ttl: '86400s', notification: { tag: topic } },
      apns: { headers: { 'apns-collapse-id': topic, 'apns-priority': '10' } },
      webpush: { headers: { Topic: topic, TTL: '86400', Urgency: 'normal' } },
    });
    expect(google.assertions).toHaveLength(1);
    expect(google.assertions[0]).toMatchObject({
      iss: google.account.client_email,
      scope: 'https://www.googleapis.com/auth/firebase.messaging',
      aud: 'https://oauth2.googleapis.com/token',
    });
  });

  it('gets no push when an open connection got the message', async () => {
    const [alice, bob, carol, dave] = await people('alice', 'bob', 'carol', 'dave');
    const all = named(alice, bob, carol, dave);
    const [everywhere, here, other] = [await subscribe(bob), await subscribe(carol), await subscribe(dave)];
    await bob.everything();
    await carol.enter(all);
    await dave.enter(named(dave, alice));
    await dave.connect({ notifications: 'all' });
    await say(alice, all, 'to all');
    await other.next();
    await untilPushesSent();
    expect(service.at(everywhere.path)).toEqual([]);
    expect(service.at(here.path)).toEqual([]);
    expect(service.at(other.path)).toHaveLength(1);
  });

  it('sees in a room or group the author, the title, and the beginning of a long text', async () => {
    const [alice, bob] = await people('alice', 'bob');
    const browser = await subscribe(bob);
    await acquaint(alice, bob);
    const { body: group } = await alice.post('/conversations', { title: 'Sailing', members: [bob.username] });
    await say(alice, group.id, '👍'.repeat(300));
    expect(browser.decrypt(await browser.next())).toMatchObject({
      title: 'Sailing',
      body: `${shown(alice)}: ${'👍'.repeat(limits.pushTextLength - 1)}…`,
      conversation: group.id,
    });
  });

  it('sees what a file is: the name of a document alone tells something', async () => {
    const [alice, bob] = await people('alice', 'bob');
    const browser = await subscribe(bob);
    const path = `/conversations/${named(alice, bob)}`;
    const corpus = (name: string) => readFileSync(join(import.meta.dirname, '../corpus', name));
    const files = [
      { filename: 'IMG_2039.png', bytes: png, body: 'Photo' },
      { filename: 'clip.mp4', bytes: corpus('film.mp4'), body: 'Video' },
      { filename: 'voice-message-0m3s.webm', bytes: corpus('voice.webm'), body: 'Voice message' },
      { filename: 'letter.pdf', bytes: corpus('letter.pdf'), body: 'letter.pdf' },
    ];
    for (const { filename, bytes } of files) {
      const id = await upload(alice, `/api${path}/attachments`, filename, bytes);
      const answer = await alice.post(`${path}/messages`, { message: '', attachments: [id], client_id: filename });
      expect(answer.status).toBe(201);
      await untilPushesSent();
    }
    const bodies = service.at(browser.path).map((push) => (browser.decrypt(push) as { body: string }).body);
    expect(bodies).toEqual(files.map(({ body }) => body));
  });

  it('gets none of a conversation that they have muted or left, and in no conversation of somebody whom they have blocked', async () => {
    const [alice, bob, carol] = await people('alice', 'bob', 'carol');
    const browser = await subscribe(bob);
    await acquaint(alice, bob, carol);
    const { id: group } = (
      await alice.post('/conversations', { title: 'Sailing', members: [bob.username, carol.username] })
    ).body;
    const [direct, fixed] = [named(alice, bob), named(alice, bob, carol)];
    for (const to of [direct, fixed]) await say(alice, to, 'before');
    await untilPushesSent();
    const before = service.at(browser.path).length;
    expect(before).toBe(2);
    expect((await bob.request('PUT', `/conversations/${direct}/mute`)).status).toBe(204);
    expect((await bob.request('DELETE', `/conversations/${fixed}/members/${bob.username}`)).status).toBe(204);
    expect((await bob.request('PUT', `/me/blocks/${carol.username}`)).status).toBe(204);
    for (const to of [direct, fixed]) await say(alice, to, `quiet @${bob.username}`);
    await say(carol, group, `blocked @${bob.username}`);
    await untilPushesSent();
    expect(service.at(browser.path)).toHaveLength(before);
    await say(alice, group, 'heard');
    await untilPushesSent();
    expect(service.at(browser.path)).toHaveLength(before + 1);
  });

  it('gets only pushes that mention them while the conversation is muted or tells of mentions alone, and none at the level of none', async () => {
    const [alice, bob] = await people('alice', 'bob');
    const browser = await subscribe(bob);
    const direct = named(alice, bob);
    await say(alice, direct, 'before');
    const change = (settings: object) => bob.request('PATCH', `/conversations/${direct}/settings`, settings);
    const always = '9999-12-31T23:59:59.999Z';
    for (const settings of [{ muted_until: always }, { muted_until: null, notify: 'mentions' }, { notify: 'none' }]) {
      // Pushes are planned with the settings of then.
      await untilPushesSent();
      expect((await change(settings)).status).toBe(200);
      await say(alice, direct, 'plain');
      await say(alice, direct, `hey @${bob.username}`);
    }
    await untilPushesSent();
    // What is archived comes back with the message, and so the push comes, too.
    expect((await change({ notify: 'all', archived: true })).status).toBe(200);
    await say(alice, direct, 'after');
    await untilPushesSent();
    const pushes = service.at(browser.path).map((push) => browser.decrypt(push));
    const mention = { body: `hey @${shown(bob)}`, mentioned: true };
    const expected = [{ body: 'before' }, mention, mention, { body: 'after' }];
    expect(pushes).toEqual(expected.map((push) => expect.objectContaining(push)));
  });

  it('gets none of a message that a restore puts back', async () => {
    const [alice, bob] = await people('alice', 'bob');
    const browser = await subscribe(bob);
    const id = named(alice, bob);
    await say(alice, id);
    await browser.next();
    const table = openTable(localRuntime());
    const putBack = async (at: number) => {
      const Key = entryKey({ conversation: id, seq: 1 });
      const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key }));
      await table.client.send(new DeleteCommand({ TableName: table.name, Key }));
      await table.client.send(new PutCommand({ TableName: table.name, Item: { ...Item, at } }));
      await untilPushesSent();
    };
    await putBack(Date.now() - 11 * 60_000);
    expect(service.at(browser.path)).toHaveLength(1);
    // The stream may bring a record late, but not later than its mapping says.
    await putBack(Date.now() - 9 * 60_000);
    expect(service.at(browser.path)).toHaveLength(2);
    table.client.destroy();
  });

  it('without devices adds no write and no request to the cost of a message', async () => {
    const [alice, bob] = await people('alice', 'bob');
    const conversation = named(alice, bob);
    await say(alice, conversation);
    await untilPushesSent();
    const counters = chat.local?.counters;
    counters?.reset();
    await say(alice, conversation);
    await untilPushesSent();
    expect(counters?.snapshot()).toMatchObject({ 'dynamodb.write-units': 2, 'lambda.invoke:PushFunction': 1 });
    expect(counters?.snapshot()).not.toHaveProperty('sqs.SendMessageBatch');
  });
});

describe.runIf(local)('a push device', () => {
  it.each([404, 410])('whose service answers %i gets no further push', async (status) => {
    const [alice, bob] = await people('alice', 'bob');
    const [removed, stays] = [await subscribe(bob), await subscribe(bob)];
    service.answer(removed.path, { status });
    await say(alice, named(alice, bob));
    await Promise.all([removed.next(), stays.next()]);
    await untilPushesSent();
    await say(alice, named(alice, bob));
    await service.take(2, stays.path);
    await untilPushesSent();
    expect(service.at(removed.path)).toHaveLength(1);
    service.answer(removed.path, { status: 201 });
    await subscribe(bob, removed);
    await say(alice, named(alice, bob));
    await service.take(2, removed.path);
  });

  it.each([
    [404, 'UNREGISTERED'],
    [403, 'SENDER_ID_MISMATCH'],
    [400, 'INVALID_ARGUMENT', 'message.token'],
  ])('for which FCM answers %i %s gets no further push', async (status, errorCode, field?: string) => {
    const [alice, bob] = await people('alice', 'bob');
    const token = await install(bob, errorCode);
    google.refusals.set(token, { status, errorCode, field });
    await say(alice, named(alice, bob));
    await untilPushesSent();
    await say(alice, named(alice, bob));
    await untilPushesSent();
    expect(google.messages(token)).toHaveLength(1);
  });

  it('whose service is busy is tried again after the time that the service names, and other devices do not wait for it', async () => {
    const [alice, bob] = await people('alice', 'bob');
    const [busy, free] = [await subscribe(bob), await subscribe(bob)];
    service.answer(busy.path, { status: 429, headers: { 'retry-after': '60' } }, { status: 201 });
    await say(alice, named(alice, bob));
    const [first, second] = await service.take(2, busy.path);
    const other = await free.next();
    // A minute is a second here.
    const pause = Number(second?.at) - Number(first?.at);
    expect(pause).toBeGreaterThanOrEqual(1_000);
    expect(other.at).toBeLessThan(Number(second?.at));
    await untilPushesSent();
    expect(service.at(busy.path)).toHaveLength(2);
    expect(service.at(free.path)).toHaveLength(1);
  });

  it.each([
    ['deleted', (alice: Person, _bob: Person, path: string) => alice.request('DELETE', path)],
    ['cleared', (_alice: Person, bob: Person, path: string) => bob.request('DELETE', path.replace(/\/\d+$/, ''))],
    ['hidden', (_alice: Person, bob: Person, path: string) => bob.request('DELETE', `${path}?for=me`)],
  ])('gets no retry for a message that was %s meanwhile', async (_, change) => {
    const [alice, bob, carol] = await people('alice', 'bob', 'carol');
    const [busy, later] = [await subscribe(bob), await subscribe(carol)];
    for (const { path } of [busy, later]) {
      service.answer(path, { status: 429, headers: { 'retry-after': '60' } }, { status: 201 });
    }
    const { seq } = await say(alice, named(alice, bob));
    await busy.next();
    await change(alice, bob, `/conversations/${named(alice, bob)}/messages/${seq}`);
    // Carol's pause began later. It ends with her retry, so Bob's pause is over too.
    await say(alice, named(alice, carol));
    await service.take(2, later.path);
    await untilPushesSent();
    expect(service.at(busy.path)).toHaveLength(1);
  });

  it('of a user who signs out everywhere gets no pushes until it registers again', async () => {
    const [alice, bob] = await people('alice', 'bob');
    const browser = await subscribe(bob);
    expect((await bob.request('DELETE', '/me/sessions')).status).toBe(204);
    await say(alice, named(alice, bob));
    await untilPushesSent();
    expect(service.at(browser.path)).toEqual([]);
    expect(await bob.request('PUT', '/devices/old', { platform: 'web', ...browser.subscription })).toMatchObject({
      status: 401,
    });
    await subscribe(await chat.signIn(bob), browser);
    await say(alice, named(alice, bob));
    await browser.next();
  });

  it('that was registered while its user signed out everywhere gets no pushes either', async () => {
    const [alice, bob] = await people('alice', 'bob');
    const browser = await subscribe(bob);
    // The moment alone, as if the registration had been written after the devices were forgotten.
    const { client, name } = openTable(localRuntime());
    await client.send(
      new UpdateCommand({
        TableName: name,
        Key: { pk: `USER#${bob.username}`, sk: 'USER' },
        UpdateExpression: 'SET signed_out = :at',
        ExpressionAttributeValues: { ':at': Date.now() },
      }),
    );
    client.destroy();
    await say(alice, named(alice, bob));
    await untilPushesSent();
    expect(service.at(browser.path)).toEqual([]);
  });

  it('is listed for its user, and forgotten by its id', async () => {
    const [bob, carol] = await people('bob', 'carol');
    expect((await bob.get('/me/devices')).body).toEqual({ devices: [] });
    const moment = Date.now();
    await subscribe(bob);
    await install(bob, 'phone');
    await subscribe(carol);
    const { devices } = (await bob.get('/me/devices')).body;
    const device = { id: expect.any(String), registered_at: expect.any(String), expires_at: expect.any(String) };
    expect(devices).toEqual([
      { ...device, platform: 'fcm', service: null },
      { ...device, platform: 'web', service: new URL(service.origin).host },
    ]);
    for (const { registered_at: at, expires_at: end } of devices) {
      expect(Date.parse(at)).toBeGreaterThanOrEqual(moment);
      expect(Date.parse(end) - Date.parse(at)).toBeGreaterThan((limits.deviceDays * 24 - 1) * 3_600_000);
    }
    expect(await carol.request('DELETE', `/devices/${devices[0].id}`)).toMatchObject({ status: 204 });
    expect((await bob.get('/me/devices')).body.devices).toHaveLength(2);
    expect(await bob.request('DELETE', `/devices/${devices[0].id}`)).toMatchObject({ status: 204 });
    expect((await bob.get('/me/devices')).body.devices).toEqual([devices[1]]);
  });

  it('whose service always fails gets five tries, and the push becomes a dead letter', async () => {
    const [alice, bob] = await people('alice', 'bob');
    const broken = await subscribe(bob);
    service.answer(broken.path, { status: 503, headers: { 'retry-after': '1' } });
    const { id } = await say(alice, named(alice, bob));
    await service.take(5, broken.path);
    const letter = await deadLetter();
    expect(JSON.parse(letter)).toMatchObject({ user: bob.username, push: { id } });
    // The address and the keys are secrets, so the queue has neither.
    expect(letter).not.toContain(broken.path);
    expect(service.at(broken.path)).toHaveLength(5);
  });

  it('belongs to the user who registered it last, and gets no pushes of the former user', async () => {
    const [alice, bob, carol] = await people('alice', 'bob', 'carol');
    const shared = await subscribe(bob);
    await subscribe(carol, shared);
    await say(alice, named(alice, bob), 'for Bob');
    await untilPushesSent();
    expect(service.at(shared.path)).toEqual([]);
    await say(alice, named(alice, carol), 'for Carol');
    expect(shared.decrypt(await shared.next())).toMatchObject({ body: 'for Carol' });
  });

  it('can be removed, by its own user only', async () => {
    const [alice, bob, carol] = await people('alice', 'bob', 'carol');
    const browser = await subscribe(bob, service.browser(), 'laptop');
    expect((await carol.request('DELETE', '/devices/laptop')).status).toBe(204);
    await say(alice, named(alice, bob));
    await browser.next();
    for (let times = 0; times < 2; times++) {
      expect((await bob.request('DELETE', '/devices/laptop')).status).toBe(204);
    }
    await say(alice, named(alice, bob));
    await untilPushesSent();
    expect(service.at(browser.path)).toHaveLength(1);
  });

  it('that subscribes again under its name replaces itself', async () => {
    const [alice, bob] = await people('alice', 'bob');
    const [before, after] = [service.browser(), service.browser()];
    await subscribe(bob, before, 'phone');
    await subscribe(bob, after, 'phone');
    await say(alice, named(alice, bob));
    await after.next();
    await untilPushesSent();
    expect(service.at(before.path)).toEqual([]);
  });

  it('beyond the tenth replaces the one that was renewed longest ago', async () => {
    const [alice, bob] = await people('alice', 'bob');
    const browsers = [];
    for (let count = 0; count <= limits.devicesPerUser; count++) browsers.push(await subscribe(bob));
    await say(alice, named(alice, bob));
    await Promise.all(browsers.slice(1).map((browser) => browser.next()));
    await untilPushesSent();
    const pushed = browsers.filter(({ path }) => service.at(path).length > 0);
    expect(pushed).toHaveLength(limits.devicesPerUser);
  });

  it('that registers again on the same day costs no write', async () => {
    const bob = (await people('bob'))[0];
    const browser = await subscribe(bob);
    await untilPushesSent();
    chat.local?.counters.reset();
    await subscribe(bob, browser);
    expect(chat.local?.counters.snapshot()).not.toHaveProperty('dynamodb.write-units');
  });

  it('may be registered by its token alone, under a path of the replaced programs', async () => {
    const [alice, bob] = await people('alice', 'bob');
    const token = `saved:${chat.run}`;
    expect(await bob.post(`${chat.outputs.WebUrl}/api/save-token/`, { token })).toMatchObject({
      status: 201,
      body: { token },
    });
    await say(alice, named(alice, bob));
    await untilPushesSent();
    expect(google.messages(token)).toHaveLength(1);
  });

  const good = { platform: 'web', keys: { p256dh: vapid.publicKey, auth: 'AAAAAAAAAAAAAAAAAAAAAA' } };
  it.each([
    ['another platform', { platform: 'apns' }, 'platform must be fcm or web'],
    ['no address', good, 'endpoint must be the address'],
    ['an address inside the network', { ...good, endpoint: 'http://169.254.169.254/latest' }, 'no push service'],
    ['another host', { ...good, endpoint: 'https://example.com/x' }, 'no push service'],
    ['a host that only begins with a right one', { ...good, endpoint: 'SERVICE.example.com/x' }, 'no push service'],
    ['a user in the address', { ...good, endpoint: 'http://a:b@HOST/x' }, 'no push service'],
    ['a key that is too short', { ...good, endpoint: 'SERVICE/x', keys: { ...good.keys, p256dh: 'BAAA' } }, 'p256dh'],
    [
      'a key that is not on the curve',
      { ...good, endpoint: 'SERVICE/x', keys: { ...good.keys, p256dh: `BA${'A'.repeat(85)}` } },
      'p256dh is no point',
    ],
    ['a secret of another length', { ...good, endpoint: 'SERVICE/x', keys: { ...good.keys, auth: 'AA' } }, 'auth'],
  ])('with %s is refused', async (_, body, says) => {
    const bob = (await people('bob'))[0];
    const { host } = new URL(service.origin);
    const text = JSON.stringify(body).replace('SERVICE', service.origin).replace('HOST', host);
    const answer = await bob.request('PUT', '/devices/x', text);
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_frame' } } });
    expect(answer.body.error.message).toContain(says.replace('no push service', 'not the address of a push service'));
  });

  it('with an invalid token is refused', async () => {
    const bob = (await people('bob'))[0];
    for (const token of ['a%20b', 'x'.repeat(limits.deviceTokenLength + 1)]) {
      expect((await bob.request('PUT', `/devices/${token}`, { platform: 'fcm' })).status).toBe(400);
    }
  });
});

describe.runIf(local)('a permission of the functions that push', () => {
  let alice: Person;
  let bob: Person;
  let browser: Browser;
  const room = 'room:push';
  // New people for each test, because of the rate limit.
  beforeEach(async () => {
    [alice, bob] = await people('alice', 'bob');
    browser = await subscribe(bob);
    for (const person of [alice, bob]) await (await person.enter(room)).close();
  });

  const counted = (name: string) => chat.local?.counters.snapshot()[name] ?? 0;

  async function pushed(to = named(alice, bob)): Promise<void> {
    const { id } = await say(alice, to);
    await untilPushesSent();
    const ids = service.at(browser.path).map((arrival) => Object(browser.decrypt(arrival)).id);
    if (!ids.includes(id)) throw new Error('nothing came');
  }

  async function pushedAnew(): Promise<void> {
    if (chat.local) startCold(chat.local);
    await pushed();
  }

  async function counts(name: string, act: () => Promise<unknown>): Promise<void> {
    const before = counted(name);
    await act();
    await untilPushesSent();
    if (counted(name) === before) throw new Error(`no ${name}`);
  }

  async function refused(answer: { status: number; headers?: Record<string, string> }): Promise<Browser> {
    const refusing = await subscribe(bob);
    service.answer(refusing.path, answer, { status: 201 });
    await say(alice, named(alice, bob));
    await refusing.next();
    await untilPushesSent();
    return refusing;
  }

  /** Makes the server count unread messages in the log, as after very many deletions. */
  async function dropUncounted(): Promise<void> {
    await say(alice, named(alice, bob));
    const { origin, stack, rootCredentials: credentials } = localRuntime();
    const client = new DynamoDBClient({
      region: chat.outputs.Region,
      endpoint: `${origin}/_aws/dynamodb`,
      credentials,
    });
    const [table] = stack.ofType('AWS::DynamoDB::Table');
    await client.send(
      new UpdateItemCommand({
        TableName: stack.ref(table?.logicalId ?? ''),
        Key: marshall(conversationStateKey(named(alice, bob))),
        UpdateExpression: 'SET gone_from = :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
      }),
    );
    client.destroy();
  }

  const scenarios: Readonly<Record<string, () => Promise<unknown>>> = {
    'Push dynamodb:BatchGetItem table': () => pushed(),
    'Push dynamodb:GetItem table': () => pushed(),
    'Push dynamodb:Query table': async () => {
      await dropUncounted();
      await pushed();
    },
    'Push dynamodb:Query index/members': () => pushed(room),
    'Push dynamodb:DescribeStream stream': () => pushed(),
    'Push dynamodb:GetRecords stream': () => pushed(),
    'Push dynamodb:GetShardIterator stream': () => pushed(),
    'Push dynamodb:ListStreams stream': () => pushed(),
    'Push sqs:SendMessage PushesQueue': () => pushed(),
    'Push sqs:SendMessage PushesMessagesDeadLetters': () =>
      counts('streams.dead-letters', async () => {
        const restore = revoke('Push dynamodb:BatchGetItem table');
        await pushed().catch(() => {});
        restore();
      }),
    'PushSend dynamodb:GetItem table': () => pushed(),
    'PushSend dynamodb:UpdateItem table': async () => {
      const removed = await refused({ status: 410 });
      await pushed();
      if (service.at(removed.path).length > 1) throw new Error('still pushed to');
    },
    'PushSend sqs:ReceiveMessage PushesQueue': () => pushed(),
    'PushSend sqs:DeleteMessage PushesQueue': () => pushed(),
    'PushSend sqs:GetQueueAttributes PushesQueue': () => pushed(),
    'PushSend sqs:ChangeMessageVisibility PushesQueue': () =>
      counts('sqs.ChangeMessageVisibility', () => refused({ status: 429, headers: { 'retry-after': '1' } })),
    'PushSend secretsmanager:GetSecretValue parley/vapid': pushedAnew,
    'PushSend secretsmanager:GetSecretValue parley/fcm': async () => {
      if (chat.local) startCold(chat.local);
      const token = await install(bob, `secret${++sent}`);
      await say(alice, named(alice, bob));
      await untilPushesSent();
      if (google.messages(token).length === 0) throw new Error('nothing came');
    },
  };

  function permissions(): [string, Permission][] {
    const { stack, policies } = localRuntime();
    return policies.permissions().flatMap((one) => {
      const [, fn] = /^Pushes(Push|PushSend)Role/.exec(one.roleId) ?? [];
      if (fn === undefined || one.action.startsWith('logs:')) return [];
      const queue = stack.ofType('AWS::SQS::Queue').find(({ logicalId }) => stack.arn(logicalId) === one.resource);
      const what =
        queue?.logicalId.replace(/[0-9A-F]{8}$/, '') ??
        /secret:(.+)-\?+$/.exec(one.resource)?.[1] ??
        /index\/\w+$/.exec(one.resource)?.[0] ??
        (one.resource.includes('/stream/') ? 'stream' : 'table');
      return [[`${fn} ${one.action} ${what}`, one]];
    });
  }

  function revoke(permission: string): () => void {
    const found = permissions().filter(([label]) => label === permission);
    expect(found, permission).toHaveLength(1);
    const restores = found.map(([, one]) => localRuntime().policies.revoke(one));
    return () => {
      for (const restore of restores) restore();
    };
  }

  it('of the template has a scenario, and each scenario has a permission', () => {
    const labels = permissions().map(([label]) => label);
    expect(labels.sort()).toEqual(Object.keys(scenarios).sort());
  });

  it.each(Object.entries(scenarios))('%s is needed', async (permission, scenario) => {
    await untilPushesSent();
    const restore = revoke(permission);
    try {
      await expect(scenario(), `without ${permission}`).rejects.toThrow();
    } finally {
      restore();
    }
    await untilPushesSent();
    await scenario();
  });
});

async function deadLetter(): Promise<string> {
  const runtime = chat.local;
  if (!runtime) throw new Error('this needs the local runtime');
  const client = new SQSClient({
    region: chat.outputs.Region,
    endpoint: `${runtime.origin}/_aws/sqs`,
    credentials: runtime.rootCredentials,
  });
  const queue = runtime.stack.ofType('AWS::SQS::Queue').find(({ logicalId }) => /^PushesDeadLetters/.test(logicalId));
  const QueueUrl = runtime.stack.ref(queue?.logicalId ?? '');
  try {
    for (;;) {
      const { Messages: [letter] = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl }));
      if (letter?.Body) return letter.Body;
    }
  } finally {
    client.destroy();
  }
}
