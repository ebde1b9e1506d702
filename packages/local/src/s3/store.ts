import { createHash } from 'node:crypto';
import { renameSync, rmSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '#text';

export type ObjectMetadata = z.infer<typeof ObjectMetadata>;
const ObjectMetadata = z.object({
  contentType: z.string(),
  /** Cache-Control and the like, lower-case names. */
  headers: z.record(z.string(), z.string()),
  /** `x-amz-meta-…` without the prefix. */
  user: z.record(z.string(), z.string()),
  checksum: z
    .object({
      header: z.string(),
      value: z.string(),
      /** `COMPOSITE` is the checksum of the parts' checksums. By default it is that of the whole body. */
      type: z.enum(['COMPOSITE', 'FULL_OBJECT']).optional(),
    })
    .optional(),
  /** Of an object that was uploaded in parts: their sizes in bytes, and their numbers and checksums. */
  parts: z.array(z.object({ number: z.number(), size: z.number(), checksum: z.string().optional() })).optional(),
});

export type StoredObject = z.infer<typeof StoredObject>;
const StoredObject = ObjectMetadata.extend({
  key: z.string(),
  /** The file under `bodies/`. */
  body: z.string(),
  /** Bytes. */
  size: z.number(),
  /** MD5 in hex, without quotes; of a multipart upload, that of its parts' MD5s, and their number. */
  etag: z.string(),
  /** Milliseconds since the epoch. */
  lastModified: z.number(),
});

/** An open object. A later write or delete does not change the open file. */
export interface OpenObject {
  readonly object: StoredObject;
  readonly file: FileHandle;
}

/** The objects of one bucket on disk. */
export interface ObjectStore {
  /** Its folder. */
  readonly directory: string;
  find(key: string): StoredObject | undefined;
  /** All objects, in S3's order: by the bytes of the key. */
  list(): readonly StoredObject[];
  /** The caller closes the file. */
  open(key: string): Promise<OpenObject | undefined>;
  /**
   * Stores a body. The object becomes visible when it is complete, and nothing remains if the body or the condition throws.
   * @param describe returns the metadata; called after the body has been read
   * @param condition called at the moment of the write with the existing object
   * @param etag in place of the body's MD5
   */
  put(
    key: string,
    body: AsyncIterable<Buffer>,
    describe: () => ObjectMetadata,
    condition?: (existing: StoredObject | undefined) => void,
    etag?: string,
  ): Promise<StoredObject>;
  /** @param condition called at the moment of the removal with the existing object */
  remove(key: string, condition?: (existing: StoredObject | undefined) => void): Promise<boolean>;
}

/**
 * Opens a bucket's folder. Each body is a file in `bodies/`. Its description, named by the key's hash, is renamed into `objects/`, which commits
 * the write. Bodies without a description were left by a killed process and are removed here.
 * @param options.newId returns a unique name for a body
 */
export async function openStore(
  directory: string,
  options: { readonly now: () => number; readonly newId: () => string },
): Promise<ObjectStore> {
  const [objects, bodies] = [join(directory, 'objects'), join(directory, 'bodies')];
  await Promise.all([mkdir(objects, { recursive: true }), mkdir(bodies, { recursive: true })]);
  const index = await readIndex(objects);
  /** The objects in S3's order, until the next change. */
  let sorted: readonly StoredObject[] | undefined;
  await removeLeftovers(bodies, index);

  const descriptionPath = (key: string): string =>
    join(objects, `${createHash('sha256').update(key).digest('hex')}.json`);
  const removeBody = (body: string): Promise<void> => rm(join(bodies, body), { force: true });

  return {
    directory,
    find: (key) => index.get(key),
    list() {
      sorted ??= [...index.values()].sort((a, b) => compareBytes(a.key, b.key));
      return sorted;
    },
    async open(key) {
      for (let object = index.get(key); object; object = index.get(key)) {
        try {
          return { object, file: await open(join(bodies, object.body), 'r') };
        } catch (error) {
          // If the object was replaced in between, try again. Otherwise its body is missing.
          if (object === index.get(key)) throw error;
        }
      }
      return undefined;
    },
    async put(key, body, describe, condition, etag) {
      const id = options.newId();
      const path = join(bodies, id);
      const description = `${path}.json`;
      let object: StoredObject;
      let existing: StoredObject | undefined;
      try {
        const received = await writeBody(path, body);
        object = {
          ...describe(),
          ...received,
          ...(etag !== undefined && { etag }),
          key,
          body: id,
          lastModified: options.now(),
        };
        await writeFile(description, JSON.stringify(object));
        // No await from here to the index, so that two writers of one key cannot interleave.
        existing = index.get(key);
        condition?.(existing);
        renameSync(description, descriptionPath(key));
        index.set(key, object);
        sorted = undefined;
      } catch (error) {
        await Promise.all([rm(path, { force: true }), rm(description, { force: true })]);
        throw error;
      }
      if (existing) await removeBody(existing.body);
      return object;
    },
    async remove(key, condition) {
      const existing = index.get(key);
      condition?.(existing);
      if (!existing) return false;
      rmSync(descriptionPath(key), { force: true });
      index.delete(key);
      sorted = undefined;
      await removeBody(existing.body);
      return true;
    },
  };
}

/** S3's order of keys: by the bytes of their UTF-8. */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

async function writeBody(path: string, body: AsyncIterable<Buffer>): Promise<{ size: number; etag: string }> {
  const md5 = createHash('md5');
  let size = 0;
  const file = await open(path, 'wx');
  try {
    for await (const piece of body) {
      md5.update(piece);
      size += piece.length;
      await file.writeFile(piece);
    }
  } finally {
    await file.close();
  }
  return { size, etag: md5.digest('hex') };
}

async function readIndex(objects: string): Promise<Map<string, StoredObject>> {
  const index = new Map<string, StoredObject>();
  for (const name of await readdir(objects)) {
    const path = join(objects, name);
    const object = StoredObject.safeParse(parseJson(await readFile(path, 'utf8')));
    if (!object.success) throw new Error(`unable to read ${path}; remove it to continue without this upload`);
    index.set(object.data.key, object.data);
  }
  return index;
}

async function removeLeftovers(bodies: string, index: ReadonlyMap<string, StoredObject>): Promise<void> {
  const known = new Set([...index.values()].map(({ body }) => body));
  const leftovers = (await readdir(bodies)).filter((name) => !known.has(name));
  await Promise.all(leftovers.map((name) => rm(join(bodies, name), { force: true })));
}
