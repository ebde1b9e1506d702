import { limits } from '#protocol/limits';
import { ownCursor } from '../chat/unread-count.ts';
import type { ConversationState } from '../store/conversation-state.ts';
import type { MessageEntry } from '../store/entry.ts';
import type { Membership } from '../store/membership.ts';
import type { User } from '../store/user.ts';
import type { Push } from './push-job.ts';

/** What a device shows: the author, the conversation's title in a room or group, and the beginning of the text or the file's name. */
export function toPush(
  entry: MessageEntry,
  state: ConversationState,
  users: readonly User[],
  to: string,
  unread: number,
): Push {
  const { conversation, seq, id, user: username } = entry;
  const name = users.find((user) => user.username === username)?.name ?? username;
  const text = cut(entry.text || (entry.files[0]?.filename ?? ''));
  const hasName = conversation.includes(':');
  return {
    type: 'chat_message',
    conversation,
    seq,
    id,
    from_user: { username, name },
    title: hasName ? (state.title ?? conversation) : name,
    body: hasName ? `${name}: ${text}` : text,
    unread_count: unread,
    ...(entry.mentions?.includes(to) ? { mentioned: true } : {}),
  };
}

/** Has the member neither read nor cleared nor hidden this message? */
export function isUnread(state: ConversationState, membership: Membership, seq: number): boolean {
  return Math.max(ownCursor(state, membership).seq, membership.cleared.seq) < seq;
}

function cut(text: string): string {
  const characters = [...text];
  return characters.length <= limits.pushTextLength
    ? text
    : `${characters.slice(0, limits.pushTextLength - 1).join('')}…`;
}
