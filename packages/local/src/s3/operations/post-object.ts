import { assertKeyLength, s3Prefix } from '../address.ts';
import { type Call, objectArn, objectEvent, requireAllowed, type S3 } from '../call.ts';
import { isChecksumName } from '../checksums.ts';
import { notImplemented, S3Error } from '../errors.ts';
import { missingField, readForm, type UploadForm } from '../form.ts';
import { authenticateForm } from '../form-signature.ts';
import { readMetadata } from '../metadata.ts';
import { largestObject } from '../payload.ts';
import { checkPostPolicy, parsePostPolicy, type SizeRange } from '../post-policy.ts';
import { quotedEtag, sendXml } from '../responses.ts';
import type { StoredObject } from '../store.ts';
import { xmlDocument } from '../xml.ts';

/**
 * PostObject, the upload from a browser: what may be stored, where, how large and until when stands in a signed policy.
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
    requireAllowed(s3, caller, 's3:PutObject', objectArn(call.bucket, key));
    refuseChecksums(fields);
    const metadata = readMetadata(fields);
    const store = await s3.store(call.bucket);
    const object = await store.put(key, withinRange(form.file, range), () => metadata);
    s3.context.counters.count('s3.bytes-in', object.size);
    answer(s3, call, fields, object);
    s3.notify(objectEvent(call, caller, 'ObjectCreated:Post', object));
  } finally {
    form.leave();
  }
}

/** As written in a form, so no template of ours. */
const fileNameVariable = /\$\{filename\}/g;

/** `${filename}` is put in before the policy is looked at; without a file name it stays as it is. */
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

/** The policy's `bucket` is about the address; a field of that name must say the same. */
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

/** Rather than to store what was never compared. */
function refuseChecksums(fields: ReadonlyMap<string, string>): void {
  const checksum = [...fields.keys()].find((name) => name === 'content-md5' || isChecksumName(name));
  if (checksum) throw notImplemented(`The form field ${checksum}`);
}

/** Ends the upload at the byte that is too much: nothing larger than the policy allows is ever on the disk. */
async function* withinRange(file: AsyncIterable<Buffer>, range: SizeRange): AsyncGenerator<Buffer> {
  const max = Math.min(range.max, largestObject);
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

function answer(s3: S3, call: Call, fields: ReadonlyMap<string, string>, object: StoredObject): void {
  const { response, bucket } = call;
  const location = `${s3.context.origin}${s3Prefix}/${bucket.name}/${encodeURIComponent(object.key)}`;
  response.setHeader('etag', quotedEtag(object));
  const redirect = redirectAddress(
    fields.get('success_action_redirect') ?? fields.get('redirect'),
    bucket.name,
    object,
  );
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
    // The default, and what any other value means.
    response.writeHead(204).end();
  }
}

/** An address that cannot be read is as none; S3 appends to a query that is there. */
function redirectAddress(redirect: string | undefined, bucket: string, object: StoredObject): string | undefined {
  if (!redirect || !URL.canParse(redirect)) return undefined;
  const url = new URL(redirect);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  url.searchParams.append('bucket', bucket);
  url.searchParams.append('key', object.key);
  url.searchParams.append('etag', quotedEtag(object));
  return url.href;
}
