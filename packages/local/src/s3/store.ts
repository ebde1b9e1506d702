import { createHash } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJson } from '#text';
import { type DeleteMarker, type ObjectMetadata, type StoredObject, StoredVersion } from './stored.ts';
import { createVersionIndex, isMarker, nullVersion, type VersionIndex, versionIdOf } from './version-index.ts';

/** An open object. A later write or delete does not change the open file. */
export interface OpenObject {
  readonly object: StoredObject;
  readonly file: FileHandle;
}

/** What a deletion did. Neither: there was nothing to delete. */
export interface Removal {
  /** It hid the object. */
  readonly marker?: DeleteMarker;
  /** It ended this version for good. */
  readonly removed?: StoredVersion;
}

/** The objects of one bucket on disk. */
export interface ObjectStore extends Pick<VersionIndex, 'of' | 'versions'> {
  /** Its folder. */
  readonly directory: string;
  /** The current object; undefined if there is none, or a delete marker hides it. */
  find(key: string): StoredObject | undefined;
  findVersion(key: string, id: string): StoredVersion | undefined;
  /** All current objects, in S3's order: by the bytes of the key. */
  list(): readonly StoredObject[];
  /** The caller closes the file. @param id of the version; by default the current one */
  open(key: string, id?: string): Promise<OpenObject | undefined>;
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
  /** Hides the object in a bucket with versioning, and deletes it in others. @param condition called at that moment with the existing object */
  remove(key: string, condition?: (existing: StoredObject | undefined) => void): Promise<Removal>;
  /** Deletes a version for good. @param condition called at that moment with the version */
  removeVersion(key: string, id: string, condition?: (existing: StoredObject | undefined) => void): Promise<Removal>;
}

/**
 * Opens a bucket's folder. Each body is a file in `bodies/`. Its description, named by the key's hash and the version, is renamed into
 * `objects/`, which commits the write. Bodies without a description were left by a killed process and are removed here.
 * @param options.newId returns a unique name for a body or a version
 * @param options.isVersioned whether the bucket keeps versions now; what it kept before stays
 */
export async function openStore(
  directory: string,
  options: { readonly now: () => number; readonly newId: () => string; readonly isVersioned?: () => boolean },
): Promise<ObjectStore> {
  const { now, newId, isVersioned = () => false } = options;
  const [objects, bodies] = [join(directory, 'objects'), join(directory, 'bodies')];
  await Promise.all([mkdir(objects, { recursive: true }), mkdir(bodies, { recursive: true })]);
  const index = await readIndex(objects);
  await removeLeftovers(bodies, index);

  const descriptionPath = ({ key, version }: Pick<StoredVersion, 'key' | 'version'>): string => {
    const name = createHash('sha256').update(key).digest('hex');
    return join(objects, `${name}${version === undefined ? '' : `.${version}`}.json`);
  };
  const findVersion = (key: string, id: string) => index.of(key).find((version) => versionIdOf(version) === id);
  /** A place for the next version of a key. Without versioning there is one, which is replaced. */
  const nextPlace = (key: string) => ({
    key,
    order: index.nextOrder(),
    lastModified: now(),
    ...(isVersioned() && { version: newId().replaceAll('-', '') }),
  });
  /** Removes a version from the index and says which file is left of it. Its description is removed unless it was replaced. */
  const drop = (version: StoredVersion | undefined, replaced = false): string | undefined => {
    if (!version) return undefined;
    if (!replaced) rmSync(descriptionPath(version), { force: true });
    index.drop(version);
    return isMarker(version) ? undefined : version.body;
  };
  const removeBody = async (body: string | undefined): Promise<void> => {
    if (body !== undefined) await rm(join(bodies, body), { force: true });
  };

  return {
    directory,
    of: index.of,
    versions: index.versions,
    find: index.current,
    findVersion,
    list: index.objects,
    async open(key, id) {
      const find = () => (id === undefined ? index.current(key) : findVersion(key, id));
      for (let object = find(); object && !isMarker(object); object = find()) {
        try {
          return { object, file: await open(join(bodies, object.body), 'r') };
        } catch (error) {
          // If the object was replaced in between, try again. Otherwise its body is missing.
          if (object === find()) throw error;
        }
      }
      return undefined;
    },
    async put(key, body, describe, condition, etag) {
      const id = newId();
      const path = join(bodies, id);
      const description = `${path}.json`;
      let object: StoredObject;
      let left: string | undefined;
      try {
        const received = await writeBody(path, body);
        object = { ...describe(), ...received, ...(etag !== undefined && { etag }), ...nextPlace(key), body: id };
        await writeFile(description, JSON.stringify(object));
        // No await from here to the index, so that two writers of one key cannot interleave.
        condition?.(index.current(key));
        renameSync(description, descriptionPath(object));
        left = drop(findVersion(key, versionIdOf(object)), true);
        index.add(object);
      } catch (error) {
        await Promise.all([rm(path, { force: true }), rm(description, { force: true })]);
        throw error;
      }
      await removeBody(left);
      return object;
    },
    async remove(key, condition) {
      condition?.(index.current(key));
      const versioned = isVersioned();
      const replaced = versioned ? undefined : findVersion(key, nullVersion);
      const left = drop(replaced);
      // Also where versions are not kept any more: those that were kept stay hidden.
      const marker: DeleteMarker | undefined =
        versioned || index.of(key).length > 0 ? { ...nextPlace(key), marker: true } : undefined;
      if (marker) {
        const description = join(bodies, `${newId()}.json`);
        writeFileSync(description, JSON.stringify(marker));
        renameSync(description, descriptionPath(marker));
        index.add(marker);
      }
      await removeBody(left);
      return { ...(marker && { marker }), ...(replaced && { removed: replaced }) };
    },
    async removeVersion(key, id, condition) {
      const version = findVersion(key, id);
      condition?.(isMarker(version) ? undefined : version);
      await removeBody(drop(version));
      return version ? { removed: version } : {};
    },
  };
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

async function readIndex(objects: string): Promise<VersionIndex> {
  const index = createVersionIndex();
  for (const name of await readdir(objects)) {
    const path = join(objects, name);
    const version = StoredVersion.safeParse(parseJson(await readFile(path, 'utf8')));
    if (!version.success) throw new Error(`unable to read ${path}; remove it to continue without this upload`);
    index.add(version.data);
  }
  return index;
}

async function removeLeftovers(bodies: string, index: VersionIndex): Promise<void> {
  const known = new Set(index.versions().flatMap((version) => (isMarker(version) ? [] : [version.body])));
  const leftovers = (await readdir(bodies)).filter((name) => !known.has(name));
  await Promise.all(leftovers.map((name) => rm(join(bodies, name), { force: true })));
}
