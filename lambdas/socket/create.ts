import { frames, parseAs, parseObject } from '#protocol/frames';
import { send } from '../chat/send.ts';
import type { Services } from '../runtime/services.ts';
import { conversationOf } from './conversation.ts';
import { deviceOf, type SocketRequest } from './event.ts';

/** `create` and `chat_message`: stored, then posted to every device of every member, the sender's last. */
export async function create(services: Services, request: SocketRequest): Promise<void> {
  await createFrom(services, request, parseObject(request.body));
}

/** The same for a frame that came in another shape. */
export async function createFrom(
  services: Services,
  request: SocketRequest,
  value: Record<string, unknown>,
): Promise<void> {
  const frame = parseAs(frames.create, value, 'read the create frame');
  const conversation = conversationOf(request, frame.conversation);
  await send(services, conversation, request.speaker, frame, deviceOf(request));
}
