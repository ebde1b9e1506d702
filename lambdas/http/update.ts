import { parseAs } from '#protocol/frames';
import { UpdateBody } from '#protocol/http';
import { update as updateGroup } from '../chat/group.ts';
import type { Services } from '../runtime/services.ts';
import { bodyOf, conversationOf, type HttpAnswer, type HttpRequest, json } from './request.ts';

/** `PATCH /conversations/{id}`: title and roles of a managed group. */
export async function update(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  const body = parseAs(UpdateBody, bodyOf(request), 'change the group');
  return json(200, await updateGroup(services, conversationOf(request), request.speaker, body));
}
