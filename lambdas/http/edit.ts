import { parseAs } from '#protocol/frames';
import { EditBody } from '#protocol/http';
import { editMessage } from '../chat/change.ts';
import type { Services } from '../runtime/services.ts';
import { bodyOf, conversationOf, type HttpAnswer, type HttpRequest, json, seqOf } from './request.ts';

/** `PATCH /conversations/{id}/messages/{seq}`: `edit` over HTTP. */
export async function edit(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  const { message } = parseAs(EditBody, bodyOf(request), 'edit the message');
  const target = { seq: seqOf(request) };
  return json(200, await editMessage(services, conversationOf(request), request.speaker, target, message));
}
