import { dismiss as dismissFromGroup } from '../chat/group.ts';
import { leave } from '../chat/leave.ts';
import type { Services } from '../runtime/services.ts';
import { conversationOf, type HttpAnswer, type HttpRequest, personOf } from './request.ts';

/** `DELETE /conversations/{id}/members/{username}`: oneself leaves a room or group; another is removed from a group. */
export async function dismiss(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  const conversation = conversationOf(request);
  const who = personOf(request);
  if (who === request.speaker.username) await leave(services, conversation, request.speaker);
  else await dismissFromGroup(services, conversation, request.speaker, who);
  return { statusCode: 204, headers: { 'cache-control': 'no-store' } };
}
