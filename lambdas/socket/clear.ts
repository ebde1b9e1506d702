import { frames, parseAs, parseObject } from '#protocol/frames';
import { clearHistory } from '../chat/hide.ts';
import type { Services } from '../runtime/services.ts';
import { conversationOf } from './conversation.ts';
import { deviceOf, type SocketRequest } from './event.ts';

/** `clear`: the history is not shown to this user any more; `history_cleared` to all of their devices. */
export async function clear(
  services: Services,
  request: SocketRequest,
  value = parseObject(request.body),
): Promise<void> {
  const frame = parseAs(frames.clear, value, 'read the clear frame');
  const conversation = conversationOf(request, frame.conversation);
  await clearHistory(services, conversation, request.speaker, frame.up_to, deviceOf(request));
}
