import { pipeline } from 'node:stream/promises';
import { authorizeCaller, type Call, namedVersion, noSuchKey, objectArn, type S3 } from '#s3/call';
import { S3Error } from '#s3/errors';
import { headerValue } from '#s3/metadata';
import { notModified } from '#s3/preconditions';
import { type ByteRange, parseRange } from '#s3/range';
import { setObjectHeaders, setVersionHeader } from '#s3/responses';
import type { ObjectStore } from '#s3/store';
import type { StoredObject } from '#s3/stored';
import { parsePartNumber } from '#s3/uploads';
import { isMarker } from '#s3/version-index';

/** Signed query parameters that replace a header of the response. */
const overrides = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];

export async function getObject(s3: S3, call: Call): Promise<void> {
  const store = await s3.store(call.bucket);
  const id = authorizeReader(s3, call);
  const opened = await store.open(call.key, id);
  if (!opened) throw missing(s3, call, store, id);
  const { object, file } = opened;
  try {
    const range = writeHead(call, object);
    if (range === 'not-modified' || object.size === 0) {
      call.response.end();
      return;
    }
    s3.context.counters.count('s3.bytes-out', range ? range.end - range.start + 1 : object.size);
    await pipeline(file.createReadStream({ ...range, autoClose: false }), call.response);
  } finally {
    await file.close();
  }
}

export async function headObject(s3: S3, call: Call): Promise<void> {
  const store = await s3.store(call.bucket);
  const id = authorizeReader(s3, call);
  const object = id === undefined ? store.find(call.key) : store.findVersion(call.key, id);
  if (!object || isMarker(object)) throw missing(s3, call, store, id);
  writeHead(call, object);
  call.response.end();
}

/** @returns the version that is asked for, which needs a permission of its own */
function authorizeReader(s3: S3, { caller, bucket, key, query }: Call): string | undefined {
  const id = namedVersion(query);
  authorizeCaller(s3, caller, id === undefined ? 's3:GetObject' : 's3:GetObjectVersion', objectArn(bucket, key));
  return id;
}

/** There is nothing to read: no such object or version, or a delete marker, which the headers tell. */
function missing(s3: S3, call: Call, store: ObjectStore, id: string | undefined): S3Error {
  const found = id === undefined ? store.of(call.key)[0] : store.findVersion(call.key, id);
  const error =
    id === undefined
      ? noSuchKey(s3, call, call.key)
      : found
        ? new S3Error('MethodNotAllowed', {
            details: { Method: call.request.method ?? '', ResourceType: 'DeleteMarker' },
          })
        : new S3Error('NoSuchVersion', { details: { Key: call.key, VersionId: id } });
  if (isMarker(found)) {
    call.response.setHeader('x-amz-delete-marker', 'true');
    setVersionHeader(call.response, found);
    if (id !== undefined) call.response.setHeader('last-modified', new Date(found.lastModified).toUTCString());
  }
  return error;
}

/** Writes status and headers. Checks all conditions first, because an error must not have the object's headers. */
function writeHead(call: Call, object: StoredObject): ByteRange | undefined | 'not-modified' {
  const { request, response, query } = call;
  const unchanged = notModified(request.headers, object);
  if (query.has('partNumber') && request.headers.range !== undefined) {
    const message = 'Cannot specify both Range header and partNumber query parameter';
    throw new S3Error('InvalidRequest', { message });
  }
  const part = query.has('partNumber') ? partRange(query, object) : undefined;
  const range = unchanged ? undefined : (part ?? parseRange(request.headers.range, object.size));
  const replaced = overrides.flatMap((name) => {
    const value = query.get(`response-${name}`);
    return value === null ? [] : [[name, headerValue(`response-${name}`, value)] as const];
  });

  setObjectHeaders(response, object);
  for (const [name, value] of replaced) response.setHeader(name, value);
  if (unchanged) {
    response.writeHead(304);
    return 'not-modified';
  }
  if (part && object.parts) response.setHeader('x-amz-mp-parts-count', object.parts.length);
  if (range && object.size > 0) {
    response.setHeader('content-range', `bytes ${range.start}-${range.end}/${object.size}`);
  } else if (object.checksum && request.headers['x-amz-checksum-mode']?.toString().toUpperCase() === 'ENABLED') {
    response.setHeader(object.checksum.header, object.checksum.value);
    response.setHeader('x-amz-checksum-type', object.checksum.type ?? 'FULL_OBJECT');
  }
  response.setHeader('content-length', range ? range.end - range.start + 1 : object.size);
  response.writeHead(range ? 206 : 200);
  return range;
}

/**
 * The bytes of one part. An object that was uploaded in one piece has one part.
 * @throws S3Error InvalidArgument, InvalidPartNumber
 */
function partRange(query: URLSearchParams, object: StoredObject): ByteRange {
  const number = parsePartNumber(query);
  const sizes = object.parts?.map(({ size }) => size) ?? [object.size];
  const size = sizes[number - 1];
  if (size === undefined) {
    throw new S3Error('InvalidPartNumber', {
      details: { PartNumberRequested: number, ActualPartCount: sizes.length },
    });
  }
  const start = sizes.slice(0, number - 1).reduce((sum, before) => sum + before, 0);
  return { start, end: start + size - 1 };
}
