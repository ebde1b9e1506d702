import { parseAs } from '#protocol/frames';
import { ReactionPath, ReactionQuery } from '#protocol/http';
import { react as reactTo } from '../chat/change.ts';
import type { Services } from '../runtime/services.ts';
import { conversationOf, type HttpAnswer, type HttpRequest, json, seqOf } from './request.ts';

/** `PUT /conversations/{id}/messages/{seq}/reactions/{emoji}`: `react` over HTTP. */
export async function react(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  return answer(services, request, false);
}

/** `DELETE` of the same takes it back. */
export async function unreact(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  return answer(services, request, true);
}

async function answer(services: Services, request: HttpRequest, removed: boolean): Promise<HttpAnswer> {
  const conversation = conversationOf(request);
  const { emoji } = parseAs(ReactionPath, request.parameters, 'react to the message');
  const { client_id: clientId } = parseAs(ReactionQuery, request.query, 'react to the message');
  const change = { conversation, speaker: request.speaker, target: { seq: seqOf(request) }, clientId };
  return json(200, await reactTo(services, change, { emoji, removed }));
}
