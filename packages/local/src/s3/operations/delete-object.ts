import { type Call, namedVersion, type S3 } from '#s3/call';
import { deleteTarget } from '#s3/deletion';
import { S3Error } from '#s3/errors';
import { setVersionHeader } from '#s3/responses';
import { isMarker } from '#s3/version-index';

/** Answers 204, also if there was no object. https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html */
export async function deleteObject(s3: S3, call: Call): Promise<void> {
  const { request, response, caller, key } = call;
  if (!caller) throw new S3Error('AccessDenied');
  const version = namedVersion(call.query);
  const { marker, removed } = await deleteTarget(s3, call, caller, { key, version, etag: request.headers['if-match'] });
  if (marker || isMarker(removed)) response.setHeader('x-amz-delete-marker', 'true');
  setVersionHeader(response, { version: marker?.version ?? version });
  response.writeHead(204).end();
}
