import { unable } from '#protocol/errors';
import { type Conversation, readConversation } from '#protocol/names';
import type { SocketRequest } from './event.ts';

/**
 * The conversation that a frame is about: the one it names, or the socket's own.
 * @throws ChatError `invalid_frame` when there is neither, or a conversation's socket is used for another; `forbidden`
 */
export function conversationOf(request: SocketRequest, named: string | undefined): Conversation {
  const name = named ?? request.conversation;
  if (name === undefined) {
    throw unable(
      'invalid_frame',
      'read the frame',
      'it names no conversation: add "conversation":"bob", or connect with ?conversation=bob',
    );
  }
  const conversation = readConversation(name, request.speaker.username);
  if (request.conversation !== undefined && conversation.id !== request.conversation) {
    throw unable(
      'invalid_frame',
      `use ${conversation.id}`,
      `this socket is for ${request.conversation}: open one without ?conversation= for all`,
    );
  }
  return conversation;
}
