/** An upload is a reference to an object of the bucket; the references of shared objects are counted. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getItem, putItem } from '#lambdas/store/item';
import { isReferred } from '#lambdas/store/shared-object';
import {
  claimUpload,
  confirmUpload,
  dropExpiredUpload,
  getUpload,
  isUsed,
  putUpload,
  releaseUpload,
  restoreUpload,
  shareUpload,
  type Upload,
} from '#lambdas/store/upload';
import { startDomain } from './engine.ts';

let domain: Awaited<ReturnType<typeof startDomain>>;
let services: Awaited<ReturnType<typeof startDomain>>['services'];
beforeAll(async () => {
  domain = await startDomain();
  services = domain.services;
});
afterAll(() => domain.stop());

const conversation = 'alice_bob';
let last = 0;

async function newUpload(): Promise<Upload> {
  const id = `upload${++last}`;
  const fields = { filename: 'a.png', content_type: 'image/png', size: 3, user: 'alice' };
  await putUpload(services, { conversation, id, ...fields });
  return stored({ conversation, id });
}

async function stored({ conversation: place, id }: Pick<Upload, 'conversation' | 'id'>): Promise<Upload> {
  const upload = await getUpload(services, place, id);
  if (!upload) throw new Error(`there is no upload ${id}`);
  return upload;
}

/** The upload of a message that is written. */
async function usedUpload(): Promise<Upload> {
  const upload = await newUpload();
  await claimUpload(services, upload, { usedBy: 'm', seq: 1 });
  await confirmUpload(services, { conversation, seq: 1, at: services.now() }, upload.id);
  return stored(upload);
}

async function forward(source: Upload, to: string): Promise<boolean> {
  const copy = { ...source, conversation: to, id: `${source.id}-${to}` };
  return shareUpload(services, source, copy, { usedBy: 'f', seq: 1 });
}

const objectOf = ({ object, id }: Upload) => object ?? id;

describe('an upload', () => {
  it('is used by one message alone', async () => {
    const upload = await newUpload();
    expect(await claimUpload(services, upload, { usedBy: 'one', seq: 1 })).toBe(true);
    expect(await claimUpload(services, upload, { usedBy: 'other', seq: 2 })).toBe(false);
    expect(await stored(upload)).toMatchObject({ usedBy: 'one', seq: 1, state: 'claimed' });
  });

  it('follows the number of the latest try of its message, however late an earlier try goes on', async () => {
    const upload = await newUpload();
    expect(await claimUpload(services, upload, { usedBy: 'one', seq: 4 })).toBe(true);
    expect(await claimUpload(services, upload, { usedBy: 'one', seq: 7 })).toBe(true);
    expect(await claimUpload(services, upload, { usedBy: 'one', seq: 4 })).toBe(true);
    expect((await stored(upload)).seq).toBe(7);
  });

  it('that a message shows cannot be claimed again, not even by the same client_id', async () => {
    const upload = await usedUpload();
    expect(await claimUpload(services, upload, { usedBy: 'm', seq: 30 })).toBe(false);
    await releaseUpload(services, conversation, upload.id);
    expect(await claimUpload(services, upload, { usedBy: 'm', seq: 31 })).toBe(false);
  });

  it('expires a day after its message where messages expire, and not at all elsewhere', async () => {
    const expiryOf = async (retentionDays: number) => {
      const upload = await newUpload();
      await claimUpload(services, upload, { usedBy: 'm', seq: 1 });
      const config = { ...services.config, retentionDays };
      const message = { conversation, seq: 1, at: Date.UTC(2026, 0, 1) };
      await confirmUpload({ ...services, config }, message, upload.id);
      const key = { pk: `CONV#${conversation}`, sk: `FILE#${upload.id}` };
      return (await getItem(services.table, key, { consistent: true }))?.expires;
    };
    expect(await expiryOf(0)).toBeUndefined();
    expect(await expiryOf(30)).toBe(Date.UTC(2026, 1, 1) / 1_000);
  });

  it('from before there were states is used until it is released', async () => {
    const old = { ...(await newUpload()), id: 'old' };
    const key = { pk: `CONV#${conversation}`, sk: 'FILE#old' };
    await putItem(services.table, {
      ...key,
      user: 'alice',
      filename: 'a',
      content_type: 'image/png',
      size: 3,
      used_by: 'x',
    });
    expect(isUsed(await stored(old))).toBe(true);
    expect(await releaseUpload(services, conversation, 'old')).toMatchObject({ state: 'released', shared: false });
    expect(isUsed(await stored(old))).toBe(false);
  });
});

describe('an object', () => {
  it('is referred to until its last upload is released, in any order and however often', async () => {
    const source = await usedUpload();
    expect(await forward(source, 'b')).toBe(true);
    const shared = await stored(source);
    expect(await forward(shared, 'c')).toBe(true);
    const [b, c] = [
      await stored({ conversation: 'b', id: `${source.id}-b` }),
      { conversation: 'c', id: `${source.id}-c` },
    ];
    expect(b).toMatchObject({ object: objectOf(source), shared: true });

    await releaseUpload(services, source.conversation, source.id);
    await releaseUpload(services, source.conversation, source.id);
    expect(await isReferred(services, objectOf(source))).toBe(true);
    await Promise.all([1, 2, 3].map(() => releaseUpload(services, c.conversation, c.id)));
    expect(await isReferred(services, objectOf(source))).toBe(true);
    // From a copy one can forward on when the original has gone.
    expect(await forward(b, 'd')).toBe(true);
    await releaseUpload(services, 'b', b.id);
    expect(await isReferred(services, objectOf(source))).toBe(true);
    await releaseUpload(services, 'd', `${b.id}-d`);
    expect(await isReferred(services, objectOf(source))).toBe(false);
  });

  it('is counted exactly when many forward and release it at once', async () => {
    const source = await usedUpload();
    const places = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6'];
    const share = async (place: string) => {
      for (;;) if (await forward(await stored(source), place)) return;
    };
    await Promise.all(places.map(share));
    await Promise.all(places.slice(1).map((place) => releaseUpload(services, place, `${source.id}-${place}`)));
    await releaseUpload(services, source.conversation, source.id);
    expect(await isReferred(services, objectOf(source))).toBe(true);
    await releaseUpload(services, 'p1', `${source.id}-p1`);
    expect(await isReferred(services, objectOf(source))).toBe(false);
  });

  it('is shared by one forward once, and not at all when its message is deleted', async () => {
    const source = await usedUpload();
    expect(await forward(source, 'e')).toBe(true);
    expect(await forward(await stored(source), 'e')).toBe(false);
    await releaseUpload(services, source.conversation, source.id);
    await releaseUpload(services, 'e', `${source.id}-e`);
    expect(await isReferred(services, objectOf(source))).toBe(false);
    expect(await forward(await stored(source), 'f')).toBe(false);
    const alone = await usedUpload();
    await releaseUpload(services, alone.conversation, alone.id);
    expect(await forward(alone, 'f')).toBe(false);
  });

  it('loses the reference of an upload that has expired once, however often the stream says so', async () => {
    const source = await usedUpload();
    await forward(source, 'g');
    // DynamoDB has deleted this one.
    const expired = { ...(await stored(source)), conversation: 'g', id: 'gone' };
    expect(await dropExpiredUpload(services, expired)).toBe(true);
    expect(await dropExpiredUpload(services, expired)).toBe(false);
    expect(await isReferred(services, objectOf(source))).toBe(true);
    expect(isUsed(await stored(expired))).toBe(false);
  });

  it('stays with an upload that is put back because its message is there', async () => {
    const source = await usedUpload();
    const again = { ...source, id: 'again' };
    await restoreUpload(services, again, services.now());
    expect(await stored(again)).toEqual(again);
  });
});
