/** What stays in the bucket: what a message or a profile shows, and nothing else, however a writer dies. */
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conversationStateKey } from '#lambdas/store/conversation-state';
import { limits } from '#protocol/limits';
import { png, upload } from '../seeds/upload.ts';
import { openBucket, type StoredFiles } from '../support/bucket.ts';
import { type Chat, startChat } from '../support/chat.ts';
import { named, type Person } from '../support/person.ts';
import { openTable } from '../support/stored-connections.ts';

let chat: Chat;
let bucket: StoredFiles;
let table: DynamoDBDocumentClient;
let TableName: string;

describe.skipIf(process.env.PARLEY_OUTPUTS)('the bucket', () => {
  beforeAll(async () => {
    chat = await startChat();
    if (!chat.local) throw new Error('this needs the local runtime');
    bucket = openBucket(chat.local);
    ({ table, TableName } = openTable(chat.local));
  });
  afterAll(async () => {
    bucket.stop();
    table.destroy();
    await chat.stop();
  });

  const attach = (person: Person, where: string) =>
    upload(person, `/api/conversations/${where}/attachments`, 'a.png', png);

  /** A message with a file. */
  async function share(person: Person, where: string, attachments?: string[]) {
    const files = attachments ?? [await attach(person, where)];
    const { status, body } = await person.post(`/conversations/${where}/messages`, { attachments: files });
    expect(status).toBe(201);
    return { id: body.attachments[0].id as string, seq: body.seq as number, address: body.multimedia_url as string };
  }

  const remove = (person: Person, where: string, seq: number) =>
    person.request('DELETE', `/conversations/${where}/messages/${seq}`);

  const past = () => Math.floor(Date.now() / 1_000) - 60;

  /** Changes an upload, as a writer that died would have left it, or time. An attribute that is undefined is removed. */
  async function change(where: string, id: string, attributes: Record<string, unknown>) {
    const names = Object.keys(attributes);
    const set = names.filter((name) => attributes[name] !== undefined);
    const removed = names.filter((name) => attributes[name] === undefined);
    await table.send(
      new UpdateCommand({
        TableName,
        Key: { pk: `CONV#${where}`, sk: `FILE#${id}` },
        UpdateExpression: [
          `SET ${set.map((name) => `#${name} = :${name}`).join(', ')}`,
          ...(removed.length > 0 ? [`REMOVE ${removed.map((name) => `#${name}`).join(', ')}`] : []),
        ].join(' '),
        ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: Object.fromEntries(set.map((name) => [`:${name}`, attributes[name]])),
      }),
    );
  }

  async function stored(where: string, id: string) {
    const Key = { pk: `CONV#${where}`, sk: `FILE#${id}` };
    return (await table.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;
  }

  /** DynamoDB deletes what has expired, and the stream is handled. */
  async function dayLater() {
    await chat.local?.dynamodb.sweepExpired();
    await chat.settled();
  }

  it('has nothing of sends that race for the last token', async () => {
    const [alice, bob] = await chat.people('k2', 'l2');
    const where = named(alice, bob);
    const ids = await Promise.all(Array.from({ length: 12 }, () => attach(alice, where)));
    await alice.post(`/conversations/${where}/messages`, { message: 'first' });
    // Three tokens are left: all twelve see one when they begin.
    await table.send(
      new UpdateCommand({
        TableName,
        Key: conversationStateKey(where),
        UpdateExpression: 'SET #bucket = :spent',
        ExpressionAttributeNames: { '#bucket': `t${where.split('_').indexOf(alice.username)}` },
        ExpressionAttributeValues: { ':spent': Date.now() - 1_500 },
      }),
    );
    const answers = await Promise.all(
      ids.map((id) => alice.post(`/conversations/${where}/messages`, { attachments: [id] })),
    );
    const sent = answers.flatMap(({ status, body }) => (status === 201 ? [body.attachments[0].id] : []));
    expect(answers.filter(({ status }) => status === 429)).not.toHaveLength(0);
    const kept = await Promise.all(ids.map((id) => bucket.keys('attachments', id)));
    expect(kept.flat()).toEqual(ids.filter((id) => sent.includes(id)).map((id) => `attachments/${id}`));
  });

  it('has one object of a file that is forwarded, and none when the last message with it is deleted', async () => {
    const [alice, bob, carol] = await chat.people('k3', 'l3', 'm3');
    const [ab, bc, ac] = [named(alice, bob), named(bob, carol), named(alice, carol)];
    const first = await share(alice, ab);
    const second = await share(bob, bc, [`${ab}/${first.id}`]);
    const third = await share(carol, ac, [`${bc}/${second.id}`]);
    expect(new Set([first.id, second.id, third.id]).size).toBe(3);
    expect(await bucket.keys('attachments', first.id)).toEqual([`attachments/${first.id}`]);
    expect(await bucket.keys('attachments', second.id)).toEqual([]);

    await remove(alice, ab, first.seq);
    await remove(carol, ac, third.seq);
    expect((await fetch(second.address)).status).toBe(200);
    // Whoever sees the copy can still forward it.
    const fourth = await share(carol, ac, [`${bc}/${second.id}`]);
    await remove(bob, bc, second.seq);
    expect((await fetch(fourth.address)).status).toBe(200);
    await remove(carol, ac, fourth.seq);
    await chat.settled();
    expect(await bucket.keys('attachments', first.id)).toEqual([]);
    expect((await fetch(second.address)).status).toBe(403);
  });

  it('shares a file once when the forward is repeated, also at the same moment', async () => {
    const [alice, bob, carol] = await chat.people('k4', 'l4', 'm4');
    const [ab, bc] = [named(alice, bob), named(bob, carol)];
    const first = await share(alice, ab);
    const forward = { attachments: [`${ab}/${first.id}`], client_id: 'again' };
    const answers = await Promise.all([1, 2, 3].map(() => bob.post(`/conversations/${bc}/messages`, forward)));
    expect(new Set(answers.map(({ body }) => body.seq)).size).toBe(1);
    await remove(alice, ab, first.seq);
    expect(await bucket.keys('attachments', first.id)).toHaveLength(1);
    await remove(bob, bc, answers[0]?.body.seq);
    expect(await bucket.keys('attachments', first.id)).toEqual([]);
  });

  it('loses the files of a writer that died before its message was written', async () => {
    const [alice, bob] = await chat.people('k5', 'l5');
    const where = named(alice, bob);
    const id = await attach(alice, where);
    await bucket.put(`attachments/${id}`, png);
    await change(where, id, { state: 'claimed', used_by: 'never', seq: 1, object: id, expires: past() });
    await dayLater();
    expect(await bucket.keys('attachments', id)).toEqual([]);
    expect(await stored(where, id)).toBeUndefined();
  });

  it('loses a reference of such a writer, and the object with the message that is left', async () => {
    const [alice, bob, carol] = await chat.people('k6', 'l6', 'm6');
    const [ab, bc] = [named(alice, bob), named(bob, carol)];
    const first = await share(alice, ab);
    const second = await share(bob, bc, [`${ab}/${first.id}`]);
    // As if the forward had never been written.
    await change(bc, second.id, { state: 'claimed', seq: 900, expires: past() });
    await dayLater();
    expect((await fetch(first.address)).status).toBe(200);
    await remove(alice, ab, first.seq);
    expect(await bucket.keys('attachments', first.id)).toEqual([]);
  });

  it('keeps the file of a message whose writer died right after it was written', async () => {
    const [alice, bob] = await chat.people('k7', 'l7');
    const where = named(alice, bob);
    const { id, address, seq } = await share(alice, where);
    await change(where, id, { state: 'claimed', expires: past() });
    await dayLater();
    expect((await fetch(address)).status).toBe(200);
    expect(await stored(where, id)).toMatchObject({ state: 'used', seq });
    expect(await stored(where, id)).not.toHaveProperty('expires');
    expect(await bob.get(`/conversations/${where}/attachments/${id}`)).toMatchObject({ status: 302 });
    await remove(alice, where, seq);
    expect(await bucket.keys('attachments', id)).toEqual([]);
  });

  it('loses the file of a deleted message even if its writer died before it deleted the file', async () => {
    const [alice, bob] = await chat.people('k8', 'l8');
    const where = named(alice, bob);
    const { id, seq } = await share(alice, where);
    await remove(alice, where, seq);
    await chat.settled();
    await bucket.put(`attachments/${id}`, png);
    await change(where, id, { expires: past() });
    await dayLater();
    expect(await bucket.keys('attachments', id)).toEqual([]);
  });

  it('shows a file from before messages shared files, copies it when it is forwarded, and deletes each with its message', async () => {
    const [alice, bob, carol] = await chat.people('k9', 'l9', 'm9');
    const [ab, bc] = [named(alice, bob), named(bob, carol)];
    const { id, seq } = await share(alice, ab);
    // As an older version wrote it.
    await bucket.put(`files/${id}`, png);
    await change(ab, id, { used_by: 'old', state: undefined, seq: undefined, object: undefined });
    await table.send(
      new UpdateCommand({
        TableName,
        Key: { pk: `LOG#${ab}#0`, sk: String(seq).padStart(12, '0') },
        UpdateExpression: 'REMOVE files[0].#object',
        ExpressionAttributeNames: { '#object': 'object' },
      }),
    );
    const [shown] = (await bob.get(`/conversations/${ab}/messages`)).body.results;
    expect(new URL(shown.multimedia_url).pathname).toContain(`/files/${id}`);
    expect((await fetch(shown.multimedia_url)).status).toBe(200);

    const forwarded = await share(bob, bc, [`${ab}/${id}`]);
    await remove(alice, ab, seq);
    expect(await bucket.keys('files', id)).toEqual([]);
    expect((await fetch(forwarded.address)).status).toBe(200);
    await remove(bob, bc, forwarded.seq);
    expect(await bucket.keys('attachments', forwarded.id)).toEqual([]);
  });

  it('does not tell where a forwarded file comes from', async () => {
    const [alice, bob, carol] = await chat.people('k10', 'l10', 'm10');
    const first = await share(alice, named(alice, bob));
    await share(bob, named(bob, carol), [`${named(alice, bob)}/${first.id}`]);
    const [message] = (await carol.get(`/conversations/${named(bob, carol)}/messages`)).body.results;
    expect(Object.keys(message.attachments[0]).sort()).toEqual(['content_type', 'filename', 'id', 'size', 'url']);
    expect(JSON.stringify(message)).not.toContain(alice.username);
  });

  it('takes what a user may upload and forward on a day, and not a byte more', async () => {
    const [alice, bob, carol] = await chat.people('k11', 'l11', 'm11');
    const [ab, ac] = [named(alice, bob), named(alice, carol)];
    const { id } = await share(alice, ab);
    const Key = { pk: `USER#${alice.username}`, sk: `BYTES#${Math.floor(Date.now() / 86_400_000)}` };
    const used = async () => (await table.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item?.used;
    expect(await used()).toBe(png.length);
    const leave = (bytes: number) =>
      table.send(
        new UpdateCommand({
          TableName,
          Key,
          UpdateExpression: 'SET #used = :used',
          ExpressionAttributeNames: { '#used': 'used' },
          ExpressionAttributeValues: { ':used': limits.fileBytesPerDay - bytes },
        }),
      );
    const form = (size: number) =>
      alice.post(`/conversations/${ab}/attachments`, { filename: 'a.png', content_type: 'image/png', size });

    await leave(250);
    const answers = await Promise.all(Array.from({ length: 6 }, () => form(100)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 429, 429, 429, 429]);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body.error).toMatchObject({ code: 'rate_limited' });
    expect(refused?.body.error.message).toContain('at most 1,073,741,824 bytes of files a day');
    expect(refused?.body.error.retry_after).toBeGreaterThan(0);
    expect(refused?.body.error.retry_after).toBeLessThanOrEqual(86_400);
    expect((await alice.post('/me/avatar', { filename: 'a.png', content_type: 'image/png', size: 51 })).status).toBe(
      429,
    );

    // A forward counts once, however often it is sent.
    await leave(png.length);
    const forward = { attachments: [`${ab}/${id}`], client_id: 'once' };
    const first = await alice.post(`/conversations/${ac}/messages`, forward);
    const repeat = await alice.post(`/conversations/${ac}/messages`, forward);
    expect([first.status, repeat.body.seq]).toEqual([201, first.body.seq]);
    const another = await alice.post(`/conversations/${ac}/messages`, { ...forward, client_id: 'twice' });
    expect(another).toMatchObject({ status: 429, body: { error: { code: 'rate_limited' } } });
    expect((await alice.get(`/conversations/${ac}`)).body.seq).toBe(first.body.seq);
    expect(await used()).toBe(limits.fileBytesPerDay);
  });

  describe('of pictures of users', () => {
    const setAvatar = async (person: Person) => {
      const id = await upload(person, '/api/me/avatar', 'a.png', png);
      const { body } = await person.request('PATCH', '/me', { avatar: id });
      return { id, address: body.avatar as string };
    };

    it('has the one that the profile shows, and none that was replaced or removed', async () => {
      const alice = await chat.person('av1');
      const first = await setAvatar(alice);
      const second = await setAvatar(alice);
      await chat.settled();
      expect(await bucket.keys('avatars', first.id)).toEqual([]);
      expect((await fetch(second.address)).status).toBe(200);
      // The same upload again is another picture.
      const again = await alice.request('PATCH', '/me', { avatar: second.id });
      await chat.settled();
      expect(await bucket.keys('avatars', second.id)).toHaveLength(1);
      expect((await fetch(again.body.avatar)).status).toBe(200);
      await alice.request('PATCH', '/me', { avatar: null });
      await chat.settled();
      expect(await bucket.keys('avatars', second.id)).toEqual([]);
    });

    it('loses the one of a writer that died before it was shown, and keeps the one that is shown', async () => {
      const alice = await chat.person('av2');
      const { id } = await setAvatar(alice);
      const [key = ''] = await bucket.keys('avatars', id);
      await bucket.put('avatars/never', png);
      const expire = (avatar: string) =>
        table.send(
          new UpdateCommand({
            TableName,
            Key: { pk: `USER#${alice.username}`, sk: `AVATAR#${avatar}` },
            UpdateExpression: 'SET expires = :past',
            ExpressionAttributeValues: { ':past': past() },
          }),
        );
      await Promise.all([expire('never'), expire(key.slice('avatars/'.length))]);
      await dayLater();
      expect(await bucket.keys('avatars', 'never')).toEqual([]);
      expect(await bucket.keys('avatars', id)).toEqual([key]);
    });

    it('has that of a group likewise: of one that was replaced or never shown nothing is left a day later', async () => {
      const alice = await chat.person('av3');
      const { id: group } = (await alice.post('/conversations', { title: 'Trip', members: [] })).body;
      const setPicture = async () => {
        const picture = await upload(alice, `/api/conversations/${group}/picture`, 'a.png', png);
        const { body } = await alice.request('PATCH', `/conversations/${group}`, { picture });
        return new URL(body.picture).pathname.split('/').at(-1) ?? '';
      };
      const [replaced, shown] = [await setPicture(), await setPicture()];
      expect(await bucket.keys('avatars', replaced)).toEqual([]);
      // As if the function had died before it deleted the earlier one, and before another one was shown.
      await Promise.all([replaced, 'unseen'].map((name) => bucket.put(`avatars/${name}`, png)));
      const expire = (picture: string) =>
        table.send(
          new UpdateCommand({
            TableName,
            Key: { pk: `CONV#${group}`, sk: `AVATAR#${picture}` },
            UpdateExpression: 'SET expires = :past',
            ExpressionAttributeValues: { ':past': past() },
          }),
        );
      await Promise.all([replaced, 'unseen', shown].map(expire));
      await dayLater();
      expect(await bucket.keys('avatars', replaced)).toEqual([]);
      expect(await bucket.keys('avatars', 'unseen')).toEqual([]);
      expect(await bucket.keys('avatars', shown)).toHaveLength(1);
    });
  });
});
