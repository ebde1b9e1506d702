import type { ConversationView } from '@parley/client';
import { useState } from 'preact/hooks';
import { pathOf } from '../state/names.ts';
import { useMessenger } from '../state/session-context.ts';
import { Button } from '../ui/button.tsx';
import { ErrorMessage } from '../ui/error-message.tsx';
import { Icon } from '../ui/icon.tsx';
import { useAction } from '../ui/use-action.ts';

/** Mutes a conversation for the user, or ends that. The inbox knows it first, also what another device did; it lists no empty conversations. */
export function MuteButton({ view }: { readonly view: ConversationView }) {
  const { chat, conversations } = useMessenger();
  const { busy, error, run } = useAction();
  const [chosen, setChosen] = useState(view.muted ?? false);
  const listed = conversations.value.find(({ id }) => id === view.id);
  const muted = listed ? (listed.muted ?? false) : chosen;
  const change = async () => {
    await chat.request(muted ? 'DELETE' : 'PUT', `${pathOf(view.id)}/mute`);
    setChosen(!muted);
  };
  return (
    <>
      <Button look="list-button" disabled={busy} onClick={() => run(change)}>
        <Icon name="bell" />
        {muted ? 'Unmute' : 'Mute'}
      </Button>
      <ErrorMessage text={error} />
    </>
  );
}
