import { frames, parseAs, parseObject } from '#protocol/frames';
import { type ChangeRequest, deleteMessage, editMessage, react, type Target } from '../chat/change.ts';
import { hideMessage } from '../chat/hide.ts';
import type { Services } from '../runtime/services.ts';
import { conversationOf } from './conversation.ts';
import { deviceOf, type SocketRequest } from './event.ts';

/** `edit`: the author's alone; `message_edited` to every device of every member. */
export async function edit(
  services: Services,
  request: SocketRequest,
  value = parseObject(request.body),
): Promise<void> {
  const frame = parseAs(frames.edit, value, 'read the edit frame');
  await editMessage(services, changeOf(request, frame), frame.message ?? frame.edit_message);
}

/** `delete`: the author's alone, `message_deleted` to every device of every member; or for oneself, `message_hidden` to one's own. */
export async function remove(
  services: Services,
  request: SocketRequest,
  value = parseObject(request.body),
): Promise<void> {
  const frame = parseAs(frames.delete, value, 'read the delete frame');
  const change = changeOf(request, frame);
  if (frame.for === 'me') await hideMessage(services, change.conversation, change.speaker, frame, change.requester);
  else await deleteMessage(services, change);
}

/** `react`: any member's; `reaction` to every device of every member. */
export async function reaction(services: Services, request: SocketRequest): Promise<void> {
  const frame = parseAs(frames.react, parseObject(request.body), 'read the react frame');
  const { emoji, remove: removed = false } = frame;
  await react(services, changeOf(request, frame), { emoji, removed });
}

function changeOf(
  request: SocketRequest,
  frame: Target & { readonly conversation?: string | undefined; readonly client_id?: string | undefined },
): ChangeRequest {
  return {
    conversation: conversationOf(request, frame.conversation),
    speaker: request.speaker,
    target: frame,
    clientId: frame.client_id,
    requester: deviceOf(request),
  };
}
