import { titleOf } from '../people/names.ts';
import { Icon } from '../ui/icon.tsx';
import { connectionSentences } from './connection-line.tsx';
import { useMessenger } from './use-messenger.ts';

/** In place of a conversation that cannot be shown yet: nothing while it comes, and a reason where it does not. */
export function Opening({ name }: { readonly name: string }) {
  const { state, conversations, me, pending } = useMessenger();
  const { status } = state.value;
  if (status !== 'offline' && status !== 'waiting') return <div class="nothing" aria-busy="true" />;
  const view = conversations.value.find(({ id }) => id === name);
  return (
    <div class="nothing">
      {view && <h2>{titleOf(view, me)}</h2>}
      <p>
        {status === 'offline' ? 'You are offline.' : connectionSentences[status]} The messages are shown as soon as you
        are connected, and what you wrote is sent then.
      </p>
      <ul class="waiting" aria-label="Waiting to be sent">
        {pending(name).map(({ client_id, action }) => (
          <li key={client_id}>
            <Icon name="clock" /> {action.type === 'create' ? action.message || 'File' : 'A change'}
          </li>
        ))}
      </ul>
    </div>
  );
}
