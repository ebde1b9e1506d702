import { frames, parseAs, parseObject } from '#protocol/frames';
import { markRead } from '../chat/read.ts';
import type { Services } from '../runtime/services.ts';
import { conversationOf } from './conversation.ts';
import type { SocketRequest } from './event.ts';

/** `read_messages`: the reader's cursor moves forward, members and the reader's own sockets are told. */
export async function readMessages(services: Services, request: SocketRequest): Promise<void> {
  const frame = parseAs(frames.read_messages, parseObject(request.body), 'read the read_messages frame');
  await markRead(services, conversationOf(request, frame.conversation), request.speaker, frame.up_to);
}
