import type { ConversationView } from '#protocol/message';
import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { enter, type Speaker } from './enter.ts';
import { viewOf } from './view.ts';

/**
 * The speaker becomes a member of a room, and makes it where there is none yet. Who is one already stays it.
 * @throws ChatError `rate_limited`
 */
export async function join(services: Services, room: Conversation, speaker: Speaker): Promise<ConversationView> {
  await enter(services, room, speaker, { join: true });
  return viewOf(services, room, speaker.username, [speaker.username]);
}
