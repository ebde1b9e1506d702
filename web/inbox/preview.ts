import type { ConversationView, Message, Receipt } from '@parley/client';
import { plainLine } from '../state/mentions.ts';
import { filesInWords } from '../voice/voice-name.ts';
import { systemText, t } from '../words/words.ts';

/**
 * The last message for a row's second line. `by`: the author, if that is not obvious; `isQuiet`: is the text from the page, not from a user?
 * @param whole the message with its files and mentions, where it is known
 */
export function previewOf(
  { kind, last_message, members }: Pick<ConversationView, 'kind' | 'last_message' | 'members'>,
  me: string,
  nameOf: (username: string) => string,
  whole?: Pick<Message, 'attachments' | 'mentions'>,
): { readonly by?: string; readonly text: string; readonly isQuiet: boolean } {
  if (!last_message) return { text: t('No messages yet'), isQuiet: true };
  const { from_user, message, content_type, deleted } = last_message;
  if (content_type === 'system') return { text: systemText(message, from_user.name), isQuiet: true };
  const by = from_user.username === me ? t('You') : kind === 'direct' ? undefined : from_user.name;
  if (deleted) return { by, text: t('Deleted message'), isQuiet: true };
  if (message !== '') {
    // The list does not say whom a message mentions, but only members can be mentioned.
    const mentions = whole?.mentions ?? members.map(({ username }) => username);
    return { by, text: plainLine({ message, mentions }, nameOf).replace(/\s+/g, ' '), isQuiet: false };
  }
  const files = content_type === 'image' ? t('Photo') : t('File');
  return { by, text: whole ? filesInWords(whole.attachments) : files, isQuiet: false };
}

/** The receipt of the last message; undefined if it is not the user's, or if the members are not known. */
export function lastReceipt(
  { last_message, members }: Pick<ConversationView, 'last_message' | 'members'>,
  me: string,
): Receipt | undefined {
  if (last_message?.from_user.username !== me || last_message.deleted) return undefined;
  const { seq, date_added } = last_message;
  const others = members.filter(({ username }) => username !== me);
  if (others.length === 0) return undefined;
  if (others.every(({ read_seq }) => read_seq >= seq)) return 'read';
  const isDelivered = others.every(
    ({ read_seq, delivered_until }) => read_seq >= seq || date_added <= (delivered_until ?? ''),
  );
  return isDelivered ? 'delivered' : 'sent';
}
