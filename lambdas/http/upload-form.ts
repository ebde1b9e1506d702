import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import type { UploadForm } from '#protocol/http';
import { limits } from '#protocol/limits';
import type { Services } from '../runtime/services.ts';
import { incomingKey } from '../store/object.ts';
import { putUpload, type Upload } from '../store/upload.ts';

/**
 * A form with which exactly this file, of this type and size, can be posted to S3, and the note of who may use it where.
 * A form, not a signed PUT: only a form's policy can bound the size.
 */
export async function uploadForm(services: Services, upload: Omit<Upload, 'id' | 'kept'>): Promise<UploadForm> {
  const now = services.now();
  const id = services.newId(now);
  const { url, fields } = await createPresignedPost(services.bucket.client, {
    Bucket: services.bucket.name,
    Key: incomingKey(id),
    Fields: { 'Content-Type': upload.content_type },
    Conditions: [
      ['eq', '$Content-Type', upload.content_type],
      ['content-length-range', upload.size, upload.size],
    ],
    Expires: limits.uploadFormSeconds,
  });
  await putUpload(services, { ...upload, id });
  return { id, url, fields, expires_at: new Date(now + limits.uploadFormSeconds * 1_000).toISOString() };
}
