import type { ConversationView } from '@parley/client';
import { createSettings, isMuted } from '@parley/client/settings';
import { useState } from 'preact/hooks';
import { useMessenger } from '../state/session-context.ts';
import { Button } from '../ui/button.tsx';
import { ErrorMessage } from '../ui/error-message.tsx';
import { Icon } from '../ui/icon.tsx';
import { useAction } from '../ui/use-action.ts';
import { t } from '../words/words.ts';

/** Mutes a conversation for the user, or ends that. The inbox knows it first, also what another device did; it lists no empty conversations. */
export function MuteButton({ view }: { readonly view: ConversationView }) {
  const { chat, conversations, now } = useMessenger();
  const { busy, error, run } = useAction();
  const [chosen, setChosen] = useState(isMuted(view, Date.now()));
  const listed = conversations.value.find(({ id }) => id === view.id);
  const muted = listed ? isMuted(listed, now.value) : chosen;
  const change = async () => {
    const settings = createSettings(chat);
    if (!muted) await settings.mute(view.id);
    else if (listed?.settings?.notify === 'none') await settings.change(view.id, { muted_until: null, notify: 'all' });
    else await settings.unmute(view.id);
    setChosen(!muted);
  };
  return (
    <>
      <Button look="list-button" disabled={busy} onClick={() => run(change)}>
        <Icon name="bell" />
        {muted ? t('Unmute') : t('Mute')}
      </Button>
      <ErrorMessage text={error} />
    </>
  );
}
