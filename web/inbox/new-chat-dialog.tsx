import { useState } from 'preact/hooks';
import { PeoplePicker } from '../people/people-picker.tsx';
import { navigate } from '../route.ts';
import { directId } from '../state/names.ts';
import { useMessenger } from '../state/session-context.ts';
import { Dialog } from '../ui/dialog.tsx';
import { t } from '../words/words.ts';
import { NewGroup } from './new-group.tsx';
import { NewRoom } from './new-room.tsx';

const kinds = { person: 'Person', group: 'Group', room: 'Room' } as const;
type Kind = keyof typeof kinds;

/** Starts a chat with one person, a group of people, or a room that anybody can join. */
export function NewChatDialog({ onClose }: { onClose(): void }) {
  const { me } = useMessenger();
  const [kind, setKind] = useState<Kind>('person');
  const open = (name: string) => {
    onClose();
    navigate({ page: 'conversation', name });
  };
  return (
    <Dialog title={t('New chat')} onClose={onClose}>
      <fieldset class="choice">
        <legend class="visually-hidden">{t('Kind of chat')}</legend>
        {(Object.keys(kinds) as Kind[]).map((each) => (
          <label key={each}>
            <input type="radio" name="kind" checked={kind === each} onChange={() => setKind(each)} />
            {t(kinds[each])}
          </label>
        ))}
      </fieldset>
      {kind === 'person' && (
        <PeoplePicker
          label={t('Who do you want to write to?')}
          focused
          onPick={({ username }) => open(directId(me, username))}
        />
      )}
      {kind === 'group' && <NewGroup onCreated={open} />}
      {kind === 'room' && <NewRoom onJoined={open} />}
    </Dialog>
  );
}
