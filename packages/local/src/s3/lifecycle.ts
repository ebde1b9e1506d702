import { z } from 'zod';
import type { ObjectStore } from './store.ts';
import type { StoredVersion } from './stored.ts';
import { isMarker, versionIdOf } from './version-index.ts';

const days = z.coerce.number().optional();

/**
 * A rule of `LifecycleConfiguration`, without what has no part here: storage classes.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
 */
export type LifecycleRule = z.infer<typeof LifecycleRule>;
export const LifecycleRule = z.object({
  Status: z.string(),
  Prefix: z.string().default(''),
  ExpirationInDays: days,
  ExpiredObjectDeleteMarker: z.coerce.boolean().default(false),
  NoncurrentVersionExpiration: z
    .object({ NoncurrentDays: z.coerce.number(), NewerNoncurrentVersions: z.coerce.number().default(0) })
    .optional(),
  NoncurrentVersionExpirationInDays: days,
  AbortIncompleteMultipartUpload: z.object({ DaysAfterInitiation: z.coerce.number() }).optional(),
  /** Rules with these are for objects that are never here, or whose tags are unknown. */
  TagFilters: z.array(z.unknown()).default([]),
  ObjectSizeGreaterThan: days,
  ObjectSizeLessThan: days,
});

const dayMs = 86_400_000;

/**
 * Does what the rules of a bucket say at this moment. AWS does it once a day, at midnight (UTC) or later.
 * @param now ms
 * @returns how many objects were hidden or deleted, and how many versions and markers ended
 */
export async function applyLifecycle(
  store: ObjectStore,
  rules: readonly LifecycleRule[],
  now: number,
): Promise<{ expired: number; ended: number }> {
  const enabled = rules.filter((rule) => rule.Status === 'Enabled' && isServed(rule));
  const isOlder = (ms: number, after: number | undefined) => after !== undefined && now - ms >= after * dayMs;
  let [expired, ended] = [0, 0];
  for (const key of new Set(store.versions().map((version) => version.key))) {
    const ofKey = enabled.filter(({ Prefix }) => key.startsWith(Prefix));
    const current = store.find(key);
    if (current && ofKey.some((rule) => isOlder(current.lastModified, rule.ExpirationInDays))) {
      await store.remove(key);
      expired += 1;
    }
    for (const version of noncurrent(store.of(key))) {
      if (!ofKey.some((rule) => endsVersion(rule, version, isOlder))) continue;
      await store.removeVersion(key, versionIdOf(version.version));
      ended += 1;
    }
    // A marker that hides nothing any more.
    const [last, ...others] = store.of(key);
    const isSwept = (rule: LifecycleRule) =>
      rule.ExpiredObjectDeleteMarker || isOlder(last?.lastModified ?? now, rule.ExpirationInDays);
    if (isMarker(last) && others.length === 0 && ofKey.some(isSwept)) {
      await store.removeVersion(key, versionIdOf(last));
      ended += 1;
    }
  }
  return { expired, ended };
}

/** After how many days multipart uploads with this key are given up. */
export function abortDays(rules: readonly LifecycleRule[], key: string): number | undefined {
  const found = rules
    .filter((rule) => rule.Status === 'Enabled' && isServed(rule) && key.startsWith(rule.Prefix))
    .flatMap((rule) => rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation ?? []);
  return found.length > 0 ? Math.min(...found) : undefined;
}

const isServed = (rule: LifecycleRule): boolean =>
  rule.TagFilters.length === 0 && rule.ObjectSizeGreaterThan === undefined && rule.ObjectSizeLessThan === undefined;

interface Noncurrent {
  readonly version: StoredVersion;
  /** ms; when a newer one came */
  readonly since: number;
  /** How many noncurrent ones are newer. */
  readonly newer: number;
}

const noncurrent = (versions: readonly StoredVersion[]): Noncurrent[] =>
  versions.slice(1).map((version, newer) => ({ version, newer, since: versions[newer]?.lastModified ?? 0 }));

function endsVersion(
  { NoncurrentVersionExpiration: expiration, NoncurrentVersionExpirationInDays: inDays }: LifecycleRule,
  { since, newer }: Noncurrent,
  isOlder: (ms: number, after: number | undefined) => boolean,
): boolean {
  if (isOlder(since, inDays)) return true;
  return isOlder(since, expiration?.NoncurrentDays) && newer >= (expiration?.NewerNoncurrentVersions ?? 0);
}
