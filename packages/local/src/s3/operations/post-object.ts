import { assertKeyLength, s3Prefix } from '#s3/address';
import { authorizeCaller, type Call, objectArn, objectEvent, type S3 } from '#s3/call';
import { isChecksumName } from '#s3/checksums';
import { notImplemented, S3Error } from '#s3/errors';
import { missingField, readForm, type UploadForm } from '#s3/form';
import { authenticateForm } from '#s3/form-signature';
import { readMetadata } from '#s3/metadata';
import { maxObjectBytes } from '#s3/payload';
import { checkPostPolicy, parsePostPolicy, type SizeRange } from '#s3/post-policy';
import { quotedEtag, sendXml, setVersionHeader } from '#s3/responses';
import type { StoredObject } from '#s3/stored';
import { xmlDocument } from '#s3/xml';

/**
 * PostObject, the upload from a browser. A signed policy limits content, key, size and time.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
 */
export async function postObject(s3: S3, call: Call): Promise<void> {
  const form = await readForm(call.request);
  try {
    const fields = expandFileName(form);
    const key = fields.get('key');
    if (!key) throw missingField('key');
    assertKeyLength(key);
    const caller = authenticateForm(s3.context, fields);
    const range = checkForm(s3, call, fields);
    authorizeCaller(s3, caller, 's3:PutObject', objectArn(call.bucket, key));
    rejectChecksums(fields);
    const metadata = readMetadata(fields);
    const store = await s3.store(call.bucket);
    const object = await store.put(key, enforceSize(form.file, range), () => metadata);
    s3.context.counters.count('s3.bytes-in', object.size);
    respond(s3, call, fields, object);
    s3.notify(objectEvent(call, caller, 'ObjectCreated:Post', object));
  } finally {
    form.abort();
  }
}

const fileNameVariable = /\$\{filename\}/g;

/** Replaces `${filename}`, before the policy is checked. */
function expandFileName({ fields, fileName }: UploadForm): ReadonlyMap<string, string> {
  if (fileName === undefined) return fields;
  const exempt = ['policy', 'x-amz-signature'];
  return new Map(
    [...fields].map(([name, value]) => [
      name,
      exempt.includes(name) ? value : value.replaceAll(fileNameVariable, () => fileName),
    ]),
  );
}

/** The policy's `bucket` is the bucket of the URL. A form field `bucket` must be equal. */
function checkForm(s3: S3, call: Call, fields: ReadonlyMap<string, string>): SizeRange {
  const named = fields.get('bucket');
  if (named !== undefined && named !== call.bucket.name) {
    throw new S3Error('AccessDenied', {
      message: `Invalid according to Policy: Policy Condition failed: ["eq", "$bucket", "${named}"]`,
    });
  }
  const policy = parsePostPolicy(fields.get('policy') ?? '');
  return checkPostPolicy(policy, new Map(fields).set('bucket', call.bucket.name), s3.context.clock.now());
}

/** Refused, because the object would be stored without comparing its checksum. */
function rejectChecksums(fields: ReadonlyMap<string, string>): void {
  const checksum = [...fields.keys()].find((name) => name === 'content-md5' || isChecksumName(name));
  if (checksum) throw notImplemented(`The form field ${checksum}`);
}

/** Fails at the first byte above the limit, so that no larger object is written to disk. */
async function* enforceSize(file: AsyncIterable<Buffer>, range: SizeRange): AsyncGenerator<Buffer> {
  const max = Math.min(range.max, maxObjectBytes);
  let size = 0;
  for await (const piece of file) {
    size += piece.length;
    if (size > max) throw new S3Error('EntityTooLarge', { details: { ProposedSize: size, MaxSizeAllowed: max } });
    yield piece;
  }
  if (size < range.min) {
    throw new S3Error('EntityTooSmall', { details: { ProposedSize: size, MinSizeAllowed: range.min } });
  }
}

function respond(s3: S3, call: Call, fields: ReadonlyMap<string, string>, object: StoredObject): void {
  const { response, bucket } = call;
  const location = `${s3.context.origin}${s3Prefix}/${bucket.name}/${encodeURIComponent(object.key)}`;
  response.setHeader('etag', quotedEtag(object));
  setVersionHeader(response, object);
  const redirect = redirectUrl(fields.get('success_action_redirect') ?? fields.get('redirect'), bucket.name, object);
  if (redirect) {
    response.writeHead(303, { location: redirect, 'content-length': 0 }).end();
    return;
  }
  response.setHeader('location', location);
  const status = fields.get('success_action_status');
  if (status === '201') {
    const document = xmlDocument(
      'PostResponse',
      [
        ['Location', location],
        ['Bucket', bucket.name],
        ['Key', object.key],
        ['ETag', quotedEtag(object)],
      ],
      false,
    );
    sendXml(response, 201, document);
  } else if (status === '200') {
    response.writeHead(200, { 'content-length': 0 }).end();
  } else {
    // The default, also for unknown values.
    response.writeHead(204).end();
  }
}

/** Ignores an invalid URL. As S3 does, keeps its query. */
function redirectUrl(redirect: string | undefined, bucket: string, object: StoredObject): string | undefined {
  if (!redirect || !URL.canParse(redirect)) return undefined;
  const url = new URL(redirect);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  url.searchParams.append('bucket', bucket);
  url.searchParams.append('key', object.key);
  url.searchParams.append('etag', quotedEtag(object));
  return url.href;
}
