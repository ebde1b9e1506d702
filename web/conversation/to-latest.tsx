import { useMessenger } from '../chat/use-messenger.ts';
import { Icon } from '../ui/icon.tsx';
import type { Thread } from './thread.ts';
import { unreadAmong } from './unread.ts';

/** Leads to the newest message, and says how many one has not seen. */
export function ToLatest({ thread, onPress }: { readonly thread: Thread; onPress(): void }) {
  const { conversations } = useMessenger();
  void thread.changes.value;
  const { id, messages, readUpTo } = thread.conversation;
  const held = unreadAmong(messages, readUpTo, thread.me).length;
  // The inbox also counts those that are not loaded.
  const told = conversations.value.find((view) => view.id === id)?.unread_count ?? 0;
  const unread = held < messages.length / 2 ? held : Math.max(held, told);
  return (
    <button
      type="button"
      class="to-latest"
      aria-label={unread > 0 ? `Jump to latest, ${unread} new` : 'Jump to latest'}
      onClick={onPress}
    >
      <Icon name="down" />
      {unread > 0 && <span class="to-latest-count">{unread > 999 ? '999+' : unread}</span>}
    </button>
  );
}
