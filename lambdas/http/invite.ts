import { invite as inviteToGroup } from '../chat/group.ts';
import type { Services } from '../runtime/services.ts';
import { conversationOf, type HttpAnswer, type HttpRequest, json, personOf } from './request.ts';

/** `PUT /conversations/{id}/members/{username}`: into a managed group. */
export async function invite(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  return json(200, await inviteToGroup(services, conversationOf(request), request.speaker, personOf(request)));
}
