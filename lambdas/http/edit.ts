import { parseAs } from '#protocol/frames';
import { EditBody } from '#protocol/http';
import { editMessage } from '../chat/change.ts';
import type { Services } from '../runtime/services.ts';
import { bodyOf, conversationOf, type HttpAnswer, type HttpRequest, json, seqOf } from './request.ts';

/** `PATCH /conversations/{id}/messages/{seq}`: `edit` over HTTP. */
export async function edit(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  const { message, client_id: clientId } = parseAs(EditBody, bodyOf(request), 'edit the message');
  const conversation = conversationOf(request);
  const change = { conversation, speaker: request.speaker, target: { seq: seqOf(request) }, clientId };
  return json(200, await editMessage(services, change, message));
}
