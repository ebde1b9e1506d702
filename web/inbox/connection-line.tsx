import type { ConnectionState } from '@parley/client';
import { useDisplayName } from '../settings/use-display-name.ts';
import { useMessenger } from '../state/session-context.ts';
import { Button } from '../ui/button.tsx';

/** What fits the line; the whole sentence shows on it, and where a conversation cannot be opened. */
const short: { readonly [is in ConnectionState['is']]?: string } = {
  connecting: 'Connecting…',
  'catching up': 'Updating…',
  waiting: 'Not connected',
  offline: 'Offline',
};

/** Below the page's name: the user's display name while connected, else the state of the connection. */
export function ConnectionLine() {
  const { chat, state } = useMessenger();
  const name = useDisplayName();
  const { is, says } = state.value;
  return (
    <p class="connection" role="status" data-status={is} title={says}>
      <span>{is === 'live' ? name : (short[is] ?? says)}</span>
      {is === 'waiting' && (
        <Button look="link-button" onClick={() => chat.connect()}>
          Try now
        </Button>
      )}
    </p>
  );
}
