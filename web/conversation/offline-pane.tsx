import { titleOf } from '../state/names.ts';
import { useMessenger } from '../state/session-context.ts';
import { Icon } from '../ui/icon.tsx';

/** Shown instead of a conversation that cannot be loaded without a connection. */
export function OfflinePane({ name }: { readonly name: string }) {
  const { state, conversations, me, pending } = useMessenger();
  const { status } = state.value;
  const view = conversations.value.find(({ id }) => id === name);
  return (
    <div class="empty-pane">
      {view && <h2>{titleOf(view, me)}</h2>}
      <p>
        {status === 'offline' ? 'You are offline.' : 'Not connected; trying again soon.'} The messages are shown as soon
        as you are connected, and what you wrote is sent then.
      </p>
      <ul class="unsent" aria-label="Waiting to be sent">
        {pending(name).map(({ client_id, action }) => (
          <li key={client_id}>
            <Icon name="clock" /> {action.type === 'create' ? action.message || 'File' : 'A change'}
          </li>
        ))}
      </ul>
    </div>
  );
}
