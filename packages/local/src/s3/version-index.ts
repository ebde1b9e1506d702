import type { DeleteMarker, StoredObject, StoredVersion } from './stored.ts';

/** The id of the one version of a key that was stored without versioning. https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html */
export const nullVersion = 'null';

export const versionIdOf = ({ version }: StoredVersion): string => version ?? nullVersion;

export const isMarker = (version: StoredVersion | undefined): version is DeleteMarker =>
  version !== undefined && 'marker' in version;

/** Which versions of which keys there are. A bucket without versioning has one of each. */
export interface VersionIndex {
  /** Those of a key, newest first. */
  of(key: string): readonly StoredVersion[];
  /** The object that a reader gets who names no version. */
  current(key: string): StoredObject | undefined;
  /** All current objects, in S3's order: by the bytes of the key. */
  objects(): readonly StoredObject[];
  /** All versions and markers: by the bytes of the key, then newest first. */
  versions(): readonly StoredVersion[];
  add(version: StoredVersion): void;
  drop(version: StoredVersion): void;
  /** The place of the next version: larger than that of every other. */
  nextOrder(): number;
}

export function createVersionIndex(): VersionIndex {
  const byKey = new Map<string, readonly StoredVersion[]>();
  let newest = 0;
  /** The keys in S3's order, until one comes or goes. */
  let sorted: readonly string[] | undefined;
  const keys = () => {
    sorted ??= [...byKey.keys()].sort(compareBytes);
    return sorted;
  };
  const of = (key: string) => byKey.get(key) ?? [];
  const current = (key: string) => {
    const [first] = of(key);
    return isMarker(first) ? undefined : first;
  };
  return {
    of,
    current,
    objects: () => keys().flatMap((key) => current(key) ?? []),
    versions: () => keys().flatMap(of),
    add(version) {
      if (!byKey.has(version.key)) sorted = undefined;
      newest = Math.max(newest, orderOf(version));
      byKey.set(
        version.key,
        [...of(version.key), version].sort((a, b) => orderOf(b) - orderOf(a)),
      );
    },
    drop(version) {
      const left = of(version.key).filter((other) => other !== version);
      if (left.length > 0) byKey.set(version.key, left);
      else if (byKey.delete(version.key)) sorted = undefined;
    },
    nextOrder() {
      newest += 1;
      return newest;
    },
  };
}

/** Objects from before there were versions have no place: they are the oldest. */
export const orderOf = ({ order = 0 }: StoredVersion): number => order;

/** S3's order of keys: by the bytes of their UTF-8. */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
