import type { ConnectionState } from '@parley/client';
import { useShownName } from '../settings/use-shown-name.ts';
import { useMessenger } from './use-messenger.ts';

/** What fits the line; the whole sentence shows on it, and where a conversation cannot be opened. */
const short: { readonly [is in ConnectionState['is']]?: string } = {
  connecting: 'Connecting…',
  'catching up': 'Updating…',
  waiting: 'Not connected',
  offline: 'Offline',
};

/** Below the page's name: who one is, or, where that is not live, how the connection is. */
export function ConnectionLine() {
  const { chat, state } = useMessenger();
  const name = useShownName();
  const { is, says } = state.value;
  return (
    <p class="connection" role="status" data-is={is} title={says}>
      <span>{is === 'live' ? name : (short[is] ?? says)}</span>
      {is === 'waiting' && (
        <button type="button" class="link-button" onClick={() => chat.connect()}>
          Try now
        </button>
      )}
    </p>
  );
}
