import type { IncomingHttpHeaders } from 'node:http';
import { authorizeCaller, type Call, objectArn, objectEvent, type S3 } from '#s3/call';
import { readMetadata } from '#s3/metadata';
import { readPayload } from '#s3/payload';
import { checkWriteConditions } from '#s3/preconditions';
import { quotedEtag, setVersionHeader } from '#s3/responses';

/** Streams the object to disk and verifies it meanwhile. It becomes visible when it is complete. */
export async function putObject(s3: S3, call: Call): Promise<void> {
  const { request, response } = call;
  const caller = authorizeCaller(s3, call.caller, 's3:PutObject', objectArn(call.bucket, call.key));
  const metadata = readMetadata(metadataHeaders(request.headers));
  const payload = readPayload(request, call.query, caller);
  const store = await s3.store(call.bucket);
  const object = await store.put(
    call.key,
    payload.stream,
    () => ({ ...metadata, checksum: payload.checksum() }),
    (existing) => checkWriteConditions(request.headers, existing),
  );
  s3.context.counters.count('s3.bytes-in', object.size);
  response.setHeader('etag', quotedEtag(object));
  setVersionHeader(response, object);
  response.setHeader('x-amz-server-side-encryption', 'AES256');
  if (object.checksum) {
    response.setHeader(object.checksum.header, object.checksum.value);
    response.setHeader('x-amz-checksum-type', 'FULL_OBJECT');
  }
  response.writeHead(200, { 'content-length': 0 }).end();
  s3.notify(objectEvent(call, caller, 'ObjectCreated:Put', object));
}

/** Node decodes headers as ISO-8859-1, but user metadata is UTF-8. */
export function metadataHeaders(headers: IncomingHttpHeaders): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(headers).map(([name, value]) => {
      const text = value?.toString() ?? '';
      return [name, name.startsWith('x-amz-meta-') ? Buffer.from(text, 'latin1').toString('utf8') : text];
    }),
  );
}
