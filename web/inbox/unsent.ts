import type { ConversationView, LastMessage, OutboxItem } from '@parley/client';
import type { Messenger } from '../state/messenger.ts';

/** What the user has sent to a conversation, and the server does not have: what it refused, else the newest that waits. */
export function unsentOf(
  { failedSends, pending }: Pick<Messenger, 'failedSends' | 'pending'>,
  id: string,
): { readonly state: 'refused' | 'pending'; readonly item: OutboxItem } | undefined {
  const refused = failedSends.of(id).at(-1)?.item;
  const item = refused ?? pending(id).findLast(({ action }) => action.type === 'create');
  return item && { state: refused ? 'refused' : 'pending', item };
}

/** Its text in the place of the last message. What has no text, such as a reaction, leaves the last message there. */
export function withUnsent(view: ConversationView, me: string, { action, createdAt }: OutboxItem): ConversationView {
  if (action.type !== 'create' && action.type !== 'edit') return view;
  const last_message: LastMessage = {
    seq: 0,
    from_user: { username: me, name: me },
    message: action.message ?? '',
    content_type: 'text',
    date_added: new Date(createdAt).toISOString(),
    deleted: false,
  };
  return { ...view, last_message };
}
