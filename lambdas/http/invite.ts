import { invite as inviteToGroup } from '../chat/group.ts';
import { join } from '../chat/join.ts';
import type { Services } from '../runtime/services.ts';
import { conversationOf, type HttpAnswer, type HttpRequest, json, personOf } from './request.ts';

/** `PUT /conversations/{id}/members/{username}`: somebody into a managed group; oneself into a room. */
export async function invite(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  const conversation = conversationOf(request);
  const who = personOf(request);
  const joins = conversation.kind === 'room' && who === request.speaker.username;
  return json(
    200,
    joins
      ? await join(services, conversation, request.speaker)
      : await inviteToGroup(services, conversation, request.speaker, who),
  );
}
