import { deleteMessage } from '../chat/change.ts';
import type { Services } from '../runtime/services.ts';
import { conversationOf, type HttpAnswer, type HttpRequest, json, seqOf } from './request.ts';

/** `DELETE /conversations/{id}/messages/{seq}`: `delete` over HTTP. */
export async function remove(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  return json(200, await deleteMessage(services, conversationOf(request), request.speaker, { seq: seqOf(request) }));
}
