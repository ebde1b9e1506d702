/** What each frame does. The compiler refuses a frame of protocol/frames.ts that has no handler here. */
import type { Frame } from '#protocol/frames';
import type { ChangeRequest } from '../chat/change-message.ts';
import { markRead } from '../chat/mark-read.ts';
import { listMembers, recipientsOf } from '../chat/members.ts';
import { assertWritable, requireMembership } from '../chat/require-membership.ts';
import { sendMessage } from '../chat/send-message.ts';
import { broadcast } from '../delivery/broadcast.ts';
import { post } from '../delivery/post.ts';
import type { Services } from '../runtime/services.ts';
import { conversationOf, type SocketRequest } from './request.ts';

type FrameHandler<F extends Frame> = (services: Services, request: SocketRequest, frame: F) => Promise<unknown>;
type FrameOf<Type extends Frame['type']> = Extract<Frame, { readonly type: Type }>;

/** What changes messages is loaded with the first such frame: nobody waits for it who connects or writes. */
const changes = {
  ofMessages: () => import('../chat/change-message.ts'),
  forMe: () => import('../chat/delete-for-me.ts'),
};

const handlers: { readonly [Type in Frame['type']]: FrameHandler<FrameOf<Type>> } = {
  /** Stored, then posted to every connection of every member. */
  create: (services, request, frame) =>
    sendMessage(services, conversationOf(request, frame.conversation), request.caller, frame, request.origin),

  edit: async (services, request, frame) =>
    (await changes.ofMessages()).editMessage(services, toChange(request, frame), frame.message),

  async delete(services, request, frame) {
    const change = toChange(request, frame);
    if (frame.for === 'everyone') return (await changes.ofMessages()).deleteMessage(services, change);
    return (await changes.forMe()).deleteMessageForMe(services, change);
  },

  async react(services, request, { emoji, remove: removed = false, ...frame }) {
    return (await changes.ofMessages()).addOrRemoveReaction(services, toChange(request, frame), { emoji, removed });
  },

  async clear(services, request, frame) {
    const conversation = conversationOf(request, frame.conversation);
    return (await changes.forMe()).clearHistory(services, conversation, request.caller, frame.up_to, request.origin);
  },

  read_messages: (services, request, frame) =>
    markRead(services, conversationOf(request, frame.conversation), request.caller, frame.up_to),

  /** Posted to the other members' open connections, never stored. In a large conversation nobody gets it, and nobody whom the user has blocked. */
  async typing(services, request, { conversation: named, typing }) {
    const conversation = conversationOf(request, named);
    const { username: user } = request.caller;
    const membership = await requireMembership(services, conversation, request.caller, { join: false });
    assertWritable(services, membership);
    if (membership.blocks) return;
    const members = await listMembers(services, conversation);
    if (!members.complete) return;
    const recipients = await recipientsOf(services, conversation, { alwaysInclude: [], members });
    const event = { type: 'typing', conversation: conversation.id, user, typing } as const;
    await broadcast(services, recipients, event, { exclude: [user] });
  },

  /** The answer shows the client that the way is open. Any frame restarts API Gateway's idle limit of ten minutes. */
  ping: (services, request) => post(services, request.origin, { type: 'pong' }),
};

export async function handleFrame(services: Services, request: SocketRequest, frame: Frame): Promise<void> {
  // TypeScript cannot see that handler and frame have the same type.
  const handler = handlers[frame.type] as FrameHandler<Frame>;
  await handler(services, request, frame);
}

function toChange(
  request: SocketRequest,
  { conversation, target, client_id: clientId }: Pick<FrameOf<'edit'>, 'conversation' | 'target' | 'client_id'>,
): ChangeRequest {
  const { caller, origin } = request;
  return { conversation: conversationOf(request, conversation), caller, target, clientId, origin };
}
