import type { IncomingHttpHeaders } from 'node:http';
import { S3Error } from './errors.ts';
import type { StoredObject } from './stored.ts';

const failed = (condition: string): S3Error => new S3Error('PreconditionFailed', { details: { Condition: condition } });

/**
 * Checks the conditions of GET and HEAD in their order of precedence.
 * @returns whether the client's copy is still valid (304)
 * @throws S3Error PreconditionFailed
 */
export function notModified(headers: IncomingHttpHeaders, object: StoredObject): boolean {
  const changedAt = Math.floor(object.lastModified / 1000) * 1000;
  const ifMatch = headers['if-match'];
  const ifUnmodifiedSince = parseDate(headers['if-unmodified-since']);
  if (ifMatch !== undefined) {
    if (!listsEtag(ifMatch, object)) throw failed('If-Match');
  } else if (ifUnmodifiedSince !== undefined && changedAt > ifUnmodifiedSince) {
    throw failed('If-Unmodified-Since');
  }
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) return listsEtag(ifNoneMatch, object);
  const ifModifiedSince = parseDate(headers['if-modified-since']);
  return ifModifiedSince !== undefined && changedAt <= ifModifiedSince;
}

/** `If-None-Match: *` only creates, and `If-Match` only replaces that version. @throws S3Error PreconditionFailed, NoSuchKey */
export function checkWriteConditions(headers: IncomingHttpHeaders, existing: StoredObject | undefined): void {
  const [ifMatch, ifNoneMatch] = [headers['if-match'], headers['if-none-match']];
  if (ifNoneMatch !== undefined && existing && listsEtag(ifNoneMatch, existing)) throw failed('If-None-Match');
  if (ifMatch === undefined) return;
  if (!existing) throw new S3Error('NoSuchKey');
  if (!listsEtag(ifMatch, existing)) throw failed('If-Match');
}

/**
 * A deletion on a condition: the object exists (`*`), or is that version.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html
 * @throws S3Error PreconditionFailed; NoSuchKey if there is no object to compare with
 */
export function checkDeleteCondition(ifMatch: string | undefined, existing: StoredObject | undefined): void {
  if (ifMatch === undefined || ifMatch === '') return;
  if (!existing && ifMatch.trim() !== '*') throw new S3Error('NoSuchKey');
  if (!existing || !listsEtag(ifMatch, existing)) throw failed('If-Match');
}

function listsEtag(header: string, object: StoredObject): boolean {
  return header.split(',').some((item) => {
    const etag = item.trim().replace(/^W\//, '').replaceAll('"', '');
    return etag === '*' || etag === object.etag;
  });
}

function parseDate(header: string | undefined): number | undefined {
  const time = Date.parse(header ?? '');
  return Number.isNaN(time) ? undefined : time;
}
