import { unable } from '#protocol/errors';
import { enter } from '../chat/enter.ts';
import type { Services } from '../runtime/services.ts';
import { signDownload } from '../store/object.ts';
import { getUpload } from '../store/upload.ts';
import { conversationOf, type HttpAnswer, type HttpRequest } from './request.ts';

/** `GET /conversations/{id}/attachments/{attachment}`: the way to the file, for members. */
export async function attachment(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  const conversation = conversationOf(request);
  await enter(services, conversation, request.speaker, { join: false });
  const id = request.parameters.attachment ?? '';
  const upload = await getUpload(services, conversation.id, id);
  if (!upload?.kept)
    throw unable('not_found', 'find the attachment', `there is none with this id in ${conversation.id}`);
  return { statusCode: 302, headers: { location: await signDownload(services, upload), 'cache-control': 'no-store' } };
}
