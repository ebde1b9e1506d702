import { z } from 'zod';
import type { Caller } from '#s3/authenticate';
import type { Call, S3 } from '#s3/call';
import { isChecksumName } from '#s3/checksums';
import { deleteTarget } from '#s3/deletion';
import { S3Error } from '#s3/errors';
import { readDocument } from '#s3/request-document';
import { sendResult } from '#s3/responses';
import type { Removal } from '#s3/store';
import { isMarker, versionIdOf } from '#s3/version-index';
import type { Xml } from '#s3/xml';
import { oneOrMore } from '#s3/xml';

const mostKeys = 1000;
/** Bytes of a list of 1,000 keys of 1,024 bytes, each of which may be an entity of six. */
const listBytes = 8 * 1024 ** 2;

const Target = z.object({ Key: z.string().min(1), VersionId: z.string().optional(), ETag: z.string().optional() });
const Delete = z.object({
  Delete: z.object({
    Object: oneOrMore(Target).refine((list) => list.length <= mostKeys),
    Quiet: z.string().optional(),
  }),
});

/**
 * Deletes up to 1,000 objects. Each needs its own permission, and a refused one does not keep the others. An object that does not exist counts
 * as deleted. https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
 */
export async function deleteObjects(s3: S3, call: Call): Promise<void> {
  const { request, response } = call;
  const { caller } = call;
  if (!caller) throw new S3Error('AccessDenied');
  const isChecked = request.headers['content-md5'] !== undefined || hasChecksum(call);
  if (!isChecked) {
    const message = 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*';
    throw new S3Error('InvalidRequest', { message });
  }
  const document = await readDocument(call, caller, { limit: listBytes, schema: Delete });
  const isQuiet = document.Delete.Quiet?.trim().toLowerCase() === 'true';
  const results: Xml[] = [];
  for (const target of document.Delete.Object) {
    const version: Xml = ['VersionId', target.VersionId];
    const outcome = await remove(s3, call, caller, target);
    if (outcome instanceof S3Error) {
      results.push(['Error', [['Key', target.Key], version, ['Code', outcome.code], ['Message', outcome.message]]]);
    } else if (!isQuiet) {
      const { marker = isMarker(outcome.removed) ? outcome.removed : undefined } = outcome;
      const hidden: Xml[] = marker
        ? [
            ['DeleteMarker', true],
            ['DeleteMarkerVersionId', versionIdOf(marker)],
          ]
        : [];
      results.push(['Deleted', [['Key', target.Key], version, ...hidden]]);
    }
  }
  sendResult(response, 'DeleteResult', results);
}

function hasChecksum({ request }: Pick<Call, 'request'>): boolean {
  const trailer = request.headers['x-amz-trailer']?.toString().toLowerCase() ?? '';
  return isChecksumName(trailer) || Object.keys(request.headers).some(isChecksumName);
}

async function remove(
  s3: S3,
  call: Call,
  caller: Caller,
  { Key, VersionId, ETag }: z.infer<typeof Target>,
): Promise<S3Error | Removal> {
  try {
    return await deleteTarget(s3, call, caller, { key: Key, version: VersionId || undefined, etag: ETag });
  } catch (error) {
    if (error instanceof S3Error) return error;
    throw error;
  }
}
