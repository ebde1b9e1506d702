import {
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
} from '@aws-sdk/client-s3';
import { avatarKey, keyOf } from '#lambdas/store/bucket';
import { showsFilesFilter } from '#lambdas/store/restored-item';
import { isUpload, isUsed, toUpload } from '#lambdas/store/upload';
import { toUser } from '#lambdas/store/user';
import type { Operated } from './connect.ts';
import { eachPage, type Item, inParallel } from './scan.ts';

/** Where files are that messages and profiles show. */
const prefixes = ['attachments/', 'files/', 'avatars/'];

export interface RestoredFiles {
  /** Their delete markers were removed. */
  restored: number;
  /** Shown, and neither there nor in the versions. */
  lost: string[];
}

/**
 * Shows those files again that were deleted since a moment although a message or a profile shows them. Files that nothing shows stay deleted: they
 * were deleted rightly.
 * @param since ms
 */
export async function restoreFiles(operated: Operated, since: number, apply: boolean): Promise<RestoredFiles> {
  const { dynamodb, s3, outputs } = operated;
  const { present, hidden } = await listFiles(operated, since);
  const result: RestoredFiles = { restored: 0, lost: [] };
  const seen = new Set<string>();
  await eachPage(
    dynamodb,
    outputs.TableName,
    async (page) => {
      const keys = page.flatMap(({ item }) => shownBy(item)).filter((key) => !present.has(key) && !seen.has(key));
      await inParallel(keys, 20, async (Key) => {
        seen.add(Key);
        const VersionId = hidden.get(Key);
        if (VersionId === undefined) return void result.lost.push(Key);
        if (apply) await s3.send(new DeleteObjectCommand({ Bucket: outputs.BucketName, Key, VersionId }));
        result.restored += 1;
      });
    },
    showsFilesFilter,
  );
  return result;
}

/** The keys of what an item shows. */
function shownBy(item: Item): string[] {
  if (isUpload(item)) {
    const upload = toUpload(item);
    return isUsed(upload) ? [keyOf(upload)] : [];
  }
  const { avatar } = toUser(item);
  return avatar ? [avatarKey(avatar.id)] : [];
}

/** The files that are there, and the delete markers that hide others since a moment. */
async function listFiles({ s3, outputs }: Operated, since: number) {
  const present = new Set<string>();
  const hidden = new Map<string, string>();
  for (const Prefix of prefixes) {
    let after: Pick<ListObjectVersionsCommandOutput, 'NextKeyMarker' | 'NextVersionIdMarker'> = {};
    let more = true;
    while (more) {
      const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = after;
      const input = { Bucket: outputs.BucketName, Prefix, KeyMarker, VersionIdMarker };
      const page: ListObjectVersionsCommandOutput = await s3.send(new ListObjectVersionsCommand(input));
      for (const { Key = '', IsLatest } of page.Versions ?? []) if (IsLatest) present.add(Key);
      for (const { Key = '', VersionId, IsLatest, LastModified } of page.DeleteMarkers ?? []) {
        // S3 tells whole seconds.
        if (IsLatest && VersionId && Number(LastModified) + 1_000 > since) hidden.set(Key, VersionId);
      }
      after = page;
      more = page.IsTruncated === true;
    }
  }
  return { present, hidden };
}
