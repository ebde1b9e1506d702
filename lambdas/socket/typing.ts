import { frames, parseAs, parseObject } from '#protocol/frames';
import { receives } from '#protocol/scope';
import { enter, refuseClosed } from '../chat/enter.ts';
import { members } from '../chat/members.ts';
import { devicesOf, postAll } from '../delivery/post.ts';
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
  const others = (await members(services, conversation)).filter(({ username }) => username !== user);
  const devices = devicesOf(others, services.now(), (scope) => receives(scope, conversation.id));
  await postAll(services, devices, { type: 'typing', conversation: conversation.id, user, typing: frame.typing });
}
