import type { ConnectionState } from '@parley/client';
import { useShownName } from '../settings/use-shown-name.ts';
import { useMessenger } from './use-messenger.ts';

/** How the connection is, as a sentence. */
export const connectionSentences: Readonly<Record<ConnectionState['status'], string>> = {
  connecting: 'Connecting.',
  'catching up': 'Connected; fetching what was missed.',
  live: 'Connected.',
  waiting: 'Not connected; trying again soon.',
  offline: 'This device is offline.',
  'signed out': 'Nobody is signed in.',
  closed: 'Closed.',
};

/** What fits the line. */
const short: { readonly [status in ConnectionState['status']]?: string } = {
  connecting: 'Connecting…',
  'catching up': 'Updating…',
  waiting: 'Not connected',
  offline: 'Offline',
};

/** Below the page's name: who one is, or, where that is not live, how the connection is. */
export function ConnectionLine() {
  const { chat, state } = useMessenger();
  const name = useShownName();
  const { status } = state.value;
  const sentence = connectionSentences[status];
  return (
    <p class="connection" role="status" data-is={status} title={sentence}>
      <span>{status === 'live' ? name : (short[status] ?? sentence)}</span>
      {status === 'waiting' && (
        <button type="button" class="link-button" onClick={() => chat.connect()}>
          Try now
        </button>
      )}
    </p>
  );
}
