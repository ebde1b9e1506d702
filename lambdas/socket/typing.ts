import { frames, parseAs, parseObject } from '#protocol/frames';
import { enter, refuseClosed } from '../chat/enter.ts';
import { audienceOf } from '../chat/members.ts';
import { broadcast } from '../delivery/broadcast.ts';
import type { Services } from '../runtime/services.ts';
import { conversationOf } from './conversation.ts';
import type { SocketRequest } from './event.ts';

/** `typing`: told to the others who are here now, never stored. */
export async function typing(services: Services, request: SocketRequest): Promise<void> {
  const frame = parseAs(frames.typing, parseObject(request.body), 'read the typing frame');
  const conversation = conversationOf(request, frame.conversation);
  const user = request.speaker.username;
  const membership = await enter(services, conversation, request.speaker, { join: false });
  refuseClosed(services, membership, 'show that you type');
  const audience = await audienceOf(services, conversation, { served: [] });
  const event = { type: 'typing', conversation: conversation.id, user, typing: frame.typing } as const;
  await broadcast(services, audience, event, { except: [user] });
}
