import { useState } from 'preact/hooks';
import { Dialog } from '../ui/dialog.tsx';
import { NewGroup } from './new-group.tsx';
import { NewPerson } from './new-person.tsx';
import { NewRoom } from './new-room.tsx';

const kinds = { person: 'Person', group: 'Group', room: 'Room' } as const;
type Kind = keyof typeof kinds;

/** With whom: one person, some who make a group, or whoever joins a room. */
export function NewChatDialog({ onClose }: { onClose(): void }) {
  const [kind, setKind] = useState<Kind>('person');
  return (
    <Dialog title="New chat" onClose={onClose}>
      <fieldset class="choice">
        <legend class="unseen">Kind of chat</legend>
        {(Object.keys(kinds) as Kind[]).map((each) => (
          <label key={each}>
            <input type="radio" name="kind" checked={kind === each} onChange={() => setKind(each)} />
            {kinds[each]}
          </label>
        ))}
      </fieldset>
      {kind === 'person' && <NewPerson onDone={onClose} />}
      {kind === 'group' && <NewGroup onDone={onClose} />}
      {kind === 'room' && <NewRoom onDone={onClose} />}
    </Dialog>
  );
}
