/** What each frame does. The compiler refuses a frame of protocol/frames.ts that has no handler here. */
import type { Frame } from '#protocol/frames';
import type { RateKind } from '#protocol/limits';
import type { Conversation } from '#protocol/names';
import type { ChangeRequest } from '../chat/change-message.ts';
import { listMembers, recipientsOf } from '../chat/members.ts';
import { assertWritable, requireMembership } from '../chat/require-membership.ts';
import { sendMessage } from '../chat/send-message.ts';
import { assertRate, owePosts } from '../chat/user-limits.ts';
import { broadcast, type Recipients } from '../delivery/broadcast.ts';
import { post } from '../delivery/post.ts';
import type { Services } from '../runtime/services.ts';
import { conversationOf, type SocketRequest } from './request.ts';

type FrameHandler<F extends Frame> = (services: Services, request: SocketRequest, frame: F) => Promise<unknown>;
type FrameOf<Type extends Frame['type']> = Extract<Frame, { readonly type: Type }>;

// Loaded when the first such frame comes, because a cold start should load little.
const changes = () => import('../chat/change-message.ts');
const forOneself = () => import('../chat/delete-for-me.ts');
const reading = () => import('../chat/mark-read.ts');
const renewing = () => import('./renew-token.ts');

const handlers: { readonly [Type in Frame['type']]: FrameHandler<FrameOf<Type>> } = {
  /** Stored, then posted to every connection of every member. */
  create: (services, request, frame) =>
    sendMessage(services, conversationOf(request, frame.conversation), request.caller, frame, request.origin),

  edit: async (services, request, frame) =>
    (await changes()).editMessage(services, toChange(request, frame), frame.message),

  async delete(services, request, frame) {
    const change = toChange(request, frame);
    if (frame.for === 'everyone') return (await changes()).deleteMessage(services, change);
    return (await forOneself()).deleteMessageForMe(services, change);
  },

  react: async (services, request, frame) =>
    (await changes()).addOrRemoveReaction(services, toChange(request, frame), {
      emoji: frame.emoji,
      removed: frame.remove ?? false,
    }),

  clear: async (services, request, frame) =>
    (await forOneself()).clearHistory(
      services,
      conversationOf(request, frame.conversation),
      request.caller,
      frame.up_to,
      request.origin,
    ),

  read_messages: async (services, request, frame) =>
    (await reading()).markRead(
      services,
      conversationOf(request, frame.conversation),
      request.caller,
      frame.up_to,
      frame.quiet ? request.origin : undefined,
    ),

  /** Posted to the other members' open connections, never stored. In a large conversation nobody gets it, and nobody whom the user has blocked. */
  async typing(services, request, { conversation: named, typing }) {
    const conversation = conversationOf(request, named);
    const { username: user } = request.caller;
    // Together: nobody waits longer than for one read, and the function is paid by its time.
    const [membership, recipients] = await Promise.all([
      requireMembership(services, conversation, request.caller, { join: false }),
      smallRecipients(services, conversation),
    ]);
    assertWritable(services, membership);
    if (membership.blocks || !recipients) return;
    owePosts(services, user, 'typing', recipients.users);
    const event = { type: 'typing', conversation: conversation.id, user, typing } as const;
    await broadcast(services, recipients, event, { exclude: [user] });
  },

  renew_token: async (services, request, { token }) => (await renewing()).renewToken(services, request, token),

  /** The answer shows the client that the way is open. Any frame restarts API Gateway's idle limit of ten minutes. */
  ping: async (services, request, { quiet }) => quiet || post(services, request.origin, { type: 'pong' }),
};

/** Undefined for a large conversation. */
async function smallRecipients(services: Services, conversation: Conversation): Promise<Recipients | undefined> {
  const members = await listMembers(services, conversation);
  return members.complete ? recipientsOf(services, conversation, { alwaysInclude: [], members }) : undefined;
}

/** The limit that a frame takes a token of. `sends`: the send bucket of the conversation, which its number takes it from. */
export const frameRates: { readonly [Type in Frame['type']]: RateKind | 'sends' | undefined } = {
  create: 'sends',
  edit: 'sends',
  delete: 'sends',
  react: 'sends',
  clear: 'clearing',
  typing: 'typing',
  read_messages: 'receipts',
  renew_token: undefined,
  ping: undefined,
};

/** @throws ChatError `rate_limited`, and those of each frame */
export async function handleFrame(services: Services, request: SocketRequest, frame: Frame): Promise<void> {
  const rate = frameRates[frame.type];
  if (rate !== undefined && rate !== 'sends') await assertRate(services, request.caller.username, rate);
  if (frame.type !== 'ping' && frame.type !== 'renew_token')
    services.log.addKeys({ conversation: conversationOf(request, frame.conversation).id });
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
