import { frames, parseAs, parseObject } from '#protocol/frames';
import { deleteMessage, editMessage, react } from '../chat/change.ts';
import type { Services } from '../runtime/services.ts';
import { conversationOf } from './conversation.ts';
import type { SocketRequest } from './event.ts';

/** `edit`: the author's alone; `message_edited` to every device of every member. */
export async function edit(
  services: Services,
  request: SocketRequest,
  value = parseObject(request.body),
): Promise<void> {
  const frame = parseAs(frames.edit, value, 'read the edit frame');
  const conversation = conversationOf(request, frame.conversation);
  await editMessage(services, conversation, request.speaker, frame, frame.message ?? frame.edit_message);
}

/** `delete`: the author's alone; `message_deleted` to every device of every member. */
export async function remove(
  services: Services,
  request: SocketRequest,
  value = parseObject(request.body),
): Promise<void> {
  const frame = parseAs(frames.delete, value, 'read the delete frame');
  await deleteMessage(services, conversationOf(request, frame.conversation), request.speaker, frame);
}

/** `react`: any member's; `reaction` to every device of every member. */
export async function reaction(services: Services, request: SocketRequest): Promise<void> {
  const frame = parseAs(frames.react, parseObject(request.body), 'read the react frame');
  const conversation = conversationOf(request, frame.conversation);
  await react(services, conversation, request.speaker, frame, { emoji: frame.emoji, removed: frame.remove ?? false });
}
