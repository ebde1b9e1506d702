import { idOf, titleOf } from '../state/names.ts';
import { useMessenger } from '../state/session-context.ts';
import { Icon } from '../ui/icon.tsx';
import { t } from '../words/words.ts';

/** Shown instead of a conversation that cannot be loaded without a connection. */
export function OfflinePane({ name }: { readonly name: string }) {
  const { state, conversations, me, pending } = useMessenger();
  const { status } = state.value;
  const of = idOf(name, me);
  const view = conversations.value.find(({ id }) => id === of);
  return (
    <div class="empty-pane">
      {view && <h2 dir="auto">{titleOf(view, me)}</h2>}
      <p>
        {status === 'offline' ? t('You are offline.') : t('Not connected; trying again soon.')}{' '}
        {t('The messages are shown as soon as you are connected, and what you wrote is sent then.')}
      </p>
      <ul class="unsent" aria-label={t('Waiting to be sent')}>
        {pending(of).map(({ client_id, action }) => (
          <li key={client_id} dir="auto">
            <Icon name="clock" /> {action.type === 'create' ? action.message || t('File') : t('A change')}
          </li>
        ))}
      </ul>
    </div>
  );
}
