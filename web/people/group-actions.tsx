import type { ConversationView, Role } from '@parley/client';
import { useState } from 'preact/hooks';
import { useMessenger } from '../chat/use-messenger.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { useAction } from '../ui/use-action.ts';
import { GroupNameField } from './group-name-field.tsx';
import { mayManage } from './may.ts';
import { PickPeople } from './pick-people.tsx';

/** What its owner and admins do with a group as a whole. */
export function GroupActions({ view, own }: { readonly view: ConversationView; readonly own: Role }) {
  const [asks, setAsks] = useState<'title' | 'invite'>();
  const close = () => setAsks(undefined);
  if (!mayManage(own)) return null;
  return (
    <div class="details-actions">
      <button type="button" class="action" onClick={() => setAsks('invite')}>
        <Icon name="plus" />
        Invite people
      </button>
      <button type="button" class="action" onClick={() => setAsks('title')}>
        <Icon name="edit" />
        Rename group
      </button>
      {asks === 'title' && <Rename view={view} onClose={close} />}
      {asks === 'invite' && <Invite view={view} onClose={close} />}
    </div>
  );
}

function Rename({ view, onClose }: { readonly view: ConversationView; onClose(): void }) {
  const { chat } = useMessenger();
  const { busy, refusal, act } = useAction();
  const [title, setTitle] = useState(view.title ?? '');
  return (
    <Dialog title="Rename group" onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          act(() => chat.request('PATCH', `/conversations/${encodeURIComponent(view.id)}`, { title }).then(onClose));
        }}
      >
        <GroupNameField title={title} onTitle={setTitle} />
        {refusal && (
          <p class="refusal" role="alert">
            {refusal}
          </p>
        )}
        <button type="submit" class="button" data-kind="main" disabled={busy || title.trim() === ''}>
          Rename
        </button>
      </form>
    </Dialog>
  );
}

/** Stays open, so that several can be invited one after the other. */
function Invite({ view, onClose }: { readonly view: ConversationView; onClose(): void }) {
  const { chat } = useMessenger();
  const { busy, refusal, act } = useAction();
  const [done, setDone] = useState('');
  return (
    <Dialog title="Invite people" onClose={onClose}>
      <PickPeople
        label="Who shall be in the group?"
        without={view.members.map(({ username }) => username)}
        disabled={busy}
        onPick={({ username, name }) =>
          act(async () => {
            setDone('');
            await chat.request(
              'PUT',
              `/conversations/${encodeURIComponent(view.id)}/members/${encodeURIComponent(username)}`,
            );
            setDone(`${name} is in the group.`);
          })
        }
      />
      <p class="list-note" role="status">
        {done}
      </p>
      {refusal && (
        <p class="refusal" role="alert">
          {refusal}
        </p>
      )}
    </Dialog>
  );
}
