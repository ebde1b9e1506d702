import type { ConversationView, Receipt } from '@parley/client';

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
