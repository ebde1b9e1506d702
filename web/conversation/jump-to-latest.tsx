import { useMessenger } from '../state/session-context.ts';
import { Icon } from '../ui/icon.tsx';
import type { Thread } from './thread.ts';
import { unreadMessages } from './unread.ts';

/** A button that leads to the newest message, with the number of unread messages. */
export function JumpToLatest({ thread, onPress }: { readonly thread: Thread; onPress(): void }) {
  const { conversations } = useMessenger();
  void thread.changes.value;
  const { id, messages, readUpTo } = thread.conversation;
  const loaded = unreadMessages(messages, readUpTo, thread.me).length;
  // If most loaded messages are unread, there may be more that are not loaded; the inbox counts those as well.
  const total = conversations.value.find((view) => view.id === id)?.unread_count ?? 0;
  const unread = loaded < messages.length / 2 ? loaded : Math.max(loaded, total);
  return (
    <button
      type="button"
      class="jump-to-latest"
      aria-label={unread > 0 ? `Jump to latest, ${unread} new` : 'Jump to latest'}
      onClick={onPress}
    >
      <Icon name="down" />
      {unread > 0 && <span class="jump-to-latest-count">{unread > 999 ? '999+' : unread}</span>}
    </button>
  );
}
