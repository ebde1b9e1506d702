import { limits } from '#protocol/limits';
import { writtenMentions } from '#protocol/mentions';
import { ownCursor } from '../chat/unread-count.ts';
import type { ConversationState } from '../store/conversation-state.ts';
import type { MessageEntry } from '../store/entry.ts';
import type { Membership } from '../store/membership.ts';
import type { User } from '../store/user.ts';
import type { Push } from './push-job.ts';

/** What a device shows: the author, the conversation's title in a room or group, and the beginning of the text, or what the file is. */
export function toPush(
  entry: MessageEntry,
  state: ConversationState,
  users: readonly User[],
  to: string,
  unread: number,
): Push {
  const { conversation, seq, id, user: username } = entry;
  const nameOf = (of: string) => users.find((user) => user.username === of)?.name ?? of;
  const name = nameOf(username);
  const text = cut(entry.text === '' ? fileWords(entry) : withNames(entry, nameOf));
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

/** A text with the names of the people whom it mentions, in place of their user names. */
function withNames({ text, mentions = [] }: MessageEntry, nameOf: (username: string) => string): string {
  let named = '';
  let end = 0;
  for (const { at, forms } of mentions.length === 0 ? [] : writtenMentions(text)) {
    const username = forms.find((form) => mentions.includes(form));
    if (username === undefined) continue;
    named += `${text.slice(end, at)}@${nameOf(username)}`;
    end = at + 1 + username.length;
  }
  return named + text.slice(end);
}

/** The page names voice messages so: docs/protocol.md, "Pushes". */
const voiceName = /^voice-message-\d{1,3}m\d{1,2}s\.[a-z0-9]{2,4}$/;

/** What the first file is; the name of a document. */
function fileWords({ files: [file] }: MessageEntry): string {
  if (!file) return '';
  if (voiceName.test(file.filename)) return 'Voice message';
  if (file.content_type.startsWith('image/')) return 'Photo';
  return file.content_type.startsWith('video/') ? 'Video' : file.filename;
}
