import { authorizeCaller, type Call, objectArn, type S3 } from '#s3/call';
import { checksumElement, digestStream } from '#s3/checksums';
import { checkCopySize, findCopySource } from '#s3/copy-source';
import { invalidArgument } from '#s3/errors';
import { quotedEtag, sendResult, xmlTime } from '#s3/responses';
import type { StoredObject } from '#s3/stored';
import { findUpload, parsePartNumber, partName } from '#s3/uploads';

/** A part whose bytes are an object's, or a range of them. https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html */
export async function uploadPartCopy(s3: S3, call: Call): Promise<void> {
  const { request, response, query } = call;
  const caller = authorizeCaller(s3, call.caller, 's3:PutObject', objectArn(call.bucket, call.key));
  const number = parsePartNumber(query);
  const source = findCopySource(s3, call, caller);
  const upload = await findUpload(s3, call);
  const opened = await source.open();
  let part: StoredObject;
  try {
    const range = parseCopyRange(request.headers['x-amz-copy-source-range']?.toString(), opened.object.size);
    checkCopySize(range ? range.end - range.start + 1 : opened.object.size);
    const header = upload.record.checksum?.header;
    const bytes = opened.file.createReadStream({ ...range, autoClose: false });
    const digested = header === undefined ? undefined : digestStream(header, bytes);
    part = await upload.parts.put(partName(upload.id, number), digested?.stream ?? bytes, () => ({
      contentType: '',
      headers: {},
      user: {},
      checksum: header && digested ? { header, value: digested.value() } : undefined,
    }));
  } finally {
    await opened.file.close();
  }
  response.setHeader('x-amz-server-side-encryption', 'AES256');
  sendResult(response, 'CopyPartResult', [
    ['LastModified', xmlTime(part.lastModified)],
    ['ETag', quotedEtag(part)],
    ...(part.checksum ? [[checksumElement(part.checksum.header), part.checksum.value] as const] : []),
  ]);
}

/** Both ends are needed, and both are inside the object. @throws S3Error InvalidArgument */
function parseCopyRange(header: string | undefined, size: number): { start: number; end: number } | undefined {
  if (header === undefined) return undefined;
  const name = 'x-amz-copy-source-range';
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(header.trim()) ?? [];
  if (first === undefined || last === undefined || Number(first) > Number(last)) {
    const message =
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy';
    throw invalidArgument(name, header, message);
  }
  if (Number(last) >= size) {
    throw invalidArgument(name, header, `Range specified is not valid for source object of size: ${size}`);
  }
  return { start: Number(first), end: Number(last) };
}
