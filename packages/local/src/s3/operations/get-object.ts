import { pipeline } from 'node:stream/promises';
import { authorizeCaller, type Call, noSuchKey, objectArn, type S3 } from '#s3/call';
import { S3Error } from '#s3/errors';
import { headerValue } from '#s3/metadata';
import { notModified } from '#s3/preconditions';
import { type ByteRange, parseRange } from '#s3/range';
import { setObjectHeaders } from '#s3/responses';
import type { StoredObject } from '#s3/store';
import { parsePartNumber } from '#s3/uploads';

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
  authorizeCaller(s3, call.caller, 's3:GetObject', objectArn(call.bucket, call.key));
  const store = await s3.store(call.bucket);
  const opened = await store.open(call.key);
  if (!opened) throw noSuchKey(s3, call, call.key);
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
  authorizeCaller(s3, call.caller, 's3:GetObject', objectArn(call.bucket, call.key));
  const object = (await s3.store(call.bucket)).find(call.key);
  if (!object) throw noSuchKey(s3, call, call.key);
  writeHead(call, object);
  call.response.end();
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
