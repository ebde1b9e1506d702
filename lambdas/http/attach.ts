import { parseAs } from '#protocol/frames';
import { AttachBody } from '#protocol/http';
import { enter, refuseClosed } from '../chat/enter.ts';
import type { Services } from '../runtime/services.ts';
import { bodyOf, conversationOf, type HttpAnswer, type HttpRequest, json } from './request.ts';
import { uploadForm } from './upload-form.ts';

/** `POST /conversations/{id}/attachments`: a form with which this file can be posted to S3. */
export async function attach(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  const file = parseAs(AttachBody, bodyOf(request), 'prepare the upload');
  const conversation = conversationOf(request);
  const membership = await enter(services, conversation, request.speaker, { join: true });
  refuseClosed(services, membership, 'prepare the upload');
  const { username: user } = membership;
  return json(201, await uploadForm(services, { conversation: conversation.id, user, ...file }));
}
