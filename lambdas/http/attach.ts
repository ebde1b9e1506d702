import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { parseAs } from '#protocol/frames';
import { AttachBody, type UploadForm } from '#protocol/http';
import { limits } from '#protocol/limits';
import { enter } from '../chat/enter.ts';
import type { Services } from '../runtime/services.ts';
import { incomingKey } from '../store/object.ts';
import { putUpload } from '../store/upload.ts';
import { bodyOf, conversationOf, type HttpAnswer, type HttpRequest, json } from './request.ts';

/**
 * `POST /conversations/{id}/attachments`: a form with which exactly this file, of this type and size, can be posted to S3.
 * A form, not a signed PUT: only a form's policy can bound the size.
 */
export async function attach(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  const file = parseAs(AttachBody, bodyOf(request), 'prepare the upload');
  const conversation = conversationOf(request);
  const { username } = await enter(services, conversation, request.speaker, { join: true });
  const now = services.now();
  const id = services.newId(now);

  const { url, fields } = await createPresignedPost(services.bucket.client, {
    Bucket: services.bucket.name,
    Key: incomingKey(id),
    Fields: { 'Content-Type': file.content_type },
    Conditions: [
      ['eq', '$Content-Type', file.content_type],
      ['content-length-range', file.size, file.size],
    ],
    Expires: limits.uploadFormSeconds,
  });
  await putUpload(services, { conversation: conversation.id, id, user: username, ...file });
  const form: UploadForm = {
    id,
    url,
    fields,
    expires_at: new Date(now + limits.uploadFormSeconds * 1_000).toISOString(),
  };
  return json(201, form);
}
