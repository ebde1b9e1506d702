import { parseAs } from '#protocol/frames';
import { DeleteQuery } from '#protocol/http';
import { deleteMessage } from '../chat/change.ts';
import { hideMessage } from '../chat/hide.ts';
import type { Services } from '../runtime/services.ts';
import { conversationOf, type HttpAnswer, type HttpRequest, json, seqOf } from './request.ts';

/** `DELETE /conversations/{id}/messages/{seq}`: `delete` over HTTP; with `?for=me` for oneself alone. */
export async function remove(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  const query = parseAs(DeleteQuery, request.query, 'delete the message');
  const conversation = conversationOf(request);
  const { speaker } = request;
  const target = { seq: seqOf(request) };
  if (query.for === 'me') {
    await hideMessage(services, conversation, speaker, target);
    return { statusCode: 204, headers: { 'cache-control': 'no-store' } };
  }
  return json(200, await deleteMessage(services, { conversation, speaker, target, clientId: query.client_id }));
}
