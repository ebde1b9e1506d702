/** Marking a conversation as unread from a message on, for its member alone: the cursor that the others see stays where it is. */
import { ChatError } from '#protocol/errors';
import { limits } from '#protocol/limits';
import { receives } from '#protocol/scope';
import { connectionsOf, postAll } from '../delivery/post.ts';
import type { Services } from '../runtime/services.ts';
import type { ConversationState, Cursor } from '../store/conversation-state.ts';
import { getEntries, isMessage } from '../store/entry.ts';
import { getHiddenMessages } from '../store/hidden.ts';
import { changeOwnSettings, type Membership } from '../store/membership.ts';
import type { UnreadMark } from '../store/own-settings.ts';
import type { User } from '../store/user.ts';
import { cursorAt } from './log-counts.ts';
import { isMuted, shownSettings } from './own-settings.ts';
import { markOf, ownCursor, unreadCount } from './unread-count.ts';

/**
 * The mark that makes a message and all behind it unread. The member's own messages, and those that they have hidden, do not count; they are
 * looked for among the last `limits.unreadEntries` before the cursor, which bounds the cost.
 * @returns undefined when the member has not read that far, so that it is unread already
 * @throws ChatError `invalid_frame` for a number beyond the log
 */
export async function unreadMarkFrom(
  services: Services,
  state: ConversationState,
  membership: Membership,
  from: number,
): Promise<UnreadMark | undefined> {
  const { conversation } = state;
  if (from > state.seq) {
    throw new ChatError('invalid_frame', `${conversation} ends at ${state.seq}: unread_from is the seq of a message`);
  }
  const own = ownCursor(state, membership);
  if (from > own.seq) return undefined;
  const { seq, count } = await cursorAt(services, state, from - 1);
  const first = Math.max(from, own.seq - limits.unreadEntries + 1);
  const messages = (await getEntries(services, conversation, first, own.seq)).filter(isMessage);
  const numbers = membership.hiddenLast >= first ? messages.map((message) => message.seq) : [];
  const hidden = numbers.length > 0 ? await getHiddenMessages(services, membership, numbers) : new Set<number>();
  const silent = messages.filter(
    (message) => !message.deleted && (message.user === membership.username || hidden.has(message.seq)),
  );
  return { seq, count: count + silent.length, read: own.seq };
}

/**
 * The member has read up to a place that is not behind their cursor: a mark moves there, or ends at the cursor. One write if there is a mark.
 * @returns the membership after it
 */
export async function readMarked(
  services: Services,
  state: ConversationState,
  membership: Membership,
  upTo: Cursor,
  users: readonly User[],
): Promise<Membership> {
  const mark = markOf(state, membership);
  if (!mark || upTo.seq <= mark.seq) return membership;
  const isRead = upTo.seq >= mark.read;
  const moved = isRead ? undefined : await unreadMarkFrom(services, state, membership, upTo.seq + 1);
  const after = await changeOwnSettings(services, membership, { ...membership.settings, mark: moved });
  if (!after) return membership;
  const { conversation } = state;
  await postAll(
    services,
    connectionsOf(users, (scope) => receives(scope, conversation)),
    {
      type: 'conversation_settings',
      conversation,
      settings: shownSettings({ state, membership: after }, services.now()),
      muted: isMuted(after.settings, services.now()),
      unread_count: await unreadCount(services, state, after),
    },
  );
  return after;
}
