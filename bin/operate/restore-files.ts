import {
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
} from '@aws-sdk/client-s3';
import { shownFiles, showsFilesFilter } from '#lambdas/store/restored-item';
import type { Operated } from './connect.ts';
import { eachPage, inParallel } from './scan.ts';

/** Where files are that messages and profiles show. */
const prefixes = ['attachments/', 'files/', 'avatars/'];

export interface RestoredFiles {
  /** Their delete markers were removed. */
  restored: number;
  /** Shown, and neither there nor in the versions. */
  lost: string[];
}

/**
 * Brings those files back that were deleted although a message or a profile shows them. Files that nothing shows stay deleted: they were deleted
 * rightly.
 */
export async function restoreFiles(operated: Operated, apply: boolean): Promise<RestoredFiles> {
  const { dynamodb, s3, outputs } = operated;
  const { present, hidden } = await listFiles(operated);
  const result: RestoredFiles = { restored: 0, lost: [] };
  const seen = new Set<string>();
  await eachPage(
    dynamodb,
    outputs.TableName,
    async (page) => {
      const keys = page.flatMap(({ item }) => shownFiles(item)).filter((key) => !present.has(key) && !seen.has(key));
      await inParallel(keys, 20, async (Key) => {
        seen.add(Key);
        const markers = hidden.get(Key) ?? [];
        if (markers.length === 0) return void result.lost.push(Key);
        for (const VersionId of apply ? markers : []) {
          await s3.send(new DeleteObjectCommand({ Bucket: outputs.BucketName, Key, VersionId }));
        }
        result.restored += 1;
      });
    },
    showsFilesFilter,
  );
  return result;
}

/** The files that are there, and the delete markers that hide others. */
async function listFiles({ s3, outputs }: Operated) {
  const present = new Set<string>();
  const stored = new Set<string>();
  const hidden = new Map<string, string[]>();
  for (const Prefix of prefixes) {
    let after: Pick<ListObjectVersionsCommandOutput, 'NextKeyMarker' | 'NextVersionIdMarker'> = {};
    let more = true;
    while (more) {
      const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = after;
      const input = { Bucket: outputs.BucketName, Prefix, KeyMarker, VersionIdMarker };
      const page: ListObjectVersionsCommandOutput = await s3.send(new ListObjectVersionsCommand(input));
      for (const { Key = '', IsLatest } of page.Versions ?? []) (IsLatest ? present : stored).add(Key);
      // Each deletion adds one.
      for (const { Key = '', VersionId } of page.DeleteMarkers ?? []) {
        if (VersionId) hidden.set(Key, [...(hidden.get(Key) ?? []), VersionId]);
      }
      after = page;
      more = page.IsTruncated === true;
    }
  }
  // Of some nothing but markers is left.
  for (const key of hidden.keys()) if (!stored.has(key)) hidden.delete(key);
  return { present, hidden };
}
