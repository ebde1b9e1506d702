import { titleOf } from '../state/names.ts';
import { useMessenger } from '../state/session-context.ts';
import { Icon } from '../ui/icon.tsx';

/** Shown instead of a conversation that cannot be loaded without a connection. */
export function OfflinePane({ name }: { readonly name: string }) {
  const { state, conversations, me, pending } = useMessenger();
  const { is, says } = state.value;
  const view = conversations.value.find(({ id }) => id === name);
  return (
    <div class="empty-pane">
      {view && <h2>{titleOf(view, me)}</h2>}
      <p>
        {is === 'offline' ? 'You are offline.' : says} The messages are shown as soon as you are connected, and what you
        wrote is sent then.
      </p>
      <ul class="unsent" aria-label="Waiting to be sent">
        {pending(name).map(({ client_id, what }) => (
          <li key={client_id}>
            <Icon name="clock" /> {what.type === 'create' ? what.message || 'File' : 'A change'}
          </li>
        ))}
      </ul>
    </div>
  );
}
