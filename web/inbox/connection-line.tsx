import type { ConnectionState } from '@parley/client';
import { useDisplayName } from '../settings/use-display-name.ts';
import { useMessenger } from '../state/session-context.ts';
import { Button } from '../ui/button.tsx';
import { type Label, t } from '../words/words.ts';

/** A short text for the line, and a sentence for its tooltip. */
const texts: Readonly<Record<ConnectionState['status'], readonly [line: Label | '', tooltip: Label]>> = {
  connecting: ['Connecting…', 'Connecting…'],
  'catching up': ['Updating…', 'Connected; fetching what was missed.'],
  live: ['', 'Connected.'],
  waiting: ['Not connected', 'Not connected; trying again soon.'],
  offline: ['Offline', 'This device is offline.'],
  'signed out': ['Signed out', 'Signed out'],
  closed: ['Closed', 'Closed'],
};

/** Below the page's name: the user's display name while connected, else the state of the connection. */
export function ConnectionLine() {
  const { chat, state } = useMessenger();
  const name = useDisplayName();
  const { status } = state.value;
  const [line, tooltip] = texts[status];
  return (
    <p class="connection" role="status" data-status={status} title={t(tooltip)}>
      <span>{line === '' ? name : t(line)}</span>
      {status === 'waiting' && (
        <Button look="link-button" onClick={() => chat.connect()}>
          {t('Try now')}
        </Button>
      )}
    </p>
  );
}
