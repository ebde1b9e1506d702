import { createRooms } from '@parley/client/rooms';
import { useState } from 'preact/hooks';
import { useMessenger } from '../state/session-context.ts';
import { ErrorMessage } from '../ui/error-message.tsx';
import { Field } from '../ui/field.tsx';
import { useAction } from '../ui/use-action.ts';
import { t } from '../words/words.ts';
import { roomName } from './room-name.ts';

export function NewRoom({ onJoined }: { onJoined(id: string): void }) {
  const { chat } = useMessenger();
  const [typed, setTyped] = useState('');
  const { busy, error, submit } = useAction();
  const name = roomName(typed);

  async function join(): Promise<void> {
    if (name === undefined) return;
    await createRooms(chat).join(`room:${name}`);
    onJoined(`room:${name}`);
  }

  return (
    <form class="stack" onSubmit={submit(join)}>
      <Field
        label={t('Name of the room')}
        maxLength={65}
        autocomplete="off"
        autocapitalize="none"
        placeholder="lobby"
        value={typed}
        onText={setTyped}
      />
      <p class="quiet">
        {name === undefined
          ? t('A room is open to everybody who knows its name.')
          : t('Everybody can join #{name}.', { name })}{' '}
        {t('If there is none yet, this creates it.')}
      </p>
      <ErrorMessage text={error} />
      <button type="submit" class="button" data-kind="main" disabled={busy || name === undefined}>
        {t('Join')}
      </button>
    </form>
  );
}
