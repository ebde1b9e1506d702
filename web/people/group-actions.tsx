import type { ConversationView, Role } from '@parley/client';
import { manageGroups } from '@parley/client/groups';
import { createRooms } from '@parley/client/rooms';
import { useState } from 'preact/hooks';
import { useMessenger } from '../state/session-context.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorMessage } from '../ui/error-message.tsx';
import { Icon } from '../ui/icon.tsx';
import { useAction } from '../ui/use-action.ts';
import { t } from '../words/words.ts';
import { GroupNameField } from './group-name-field.tsx';
import { InviteLinkDialog } from './invite-link-dialog.tsx';
import { LookDialog } from './look-dialog.tsx';
import { PeoplePicker } from './people-picker.tsx';
import { canManage } from './permissions.ts';

/** What the owner and the admins can do with a group, and the owner and the moderators with a room. @param props.role the user's own role */
export function GroupActions({ view, role }: { readonly view: ConversationView; readonly role: Role }) {
  const [open, setOpen] = useState<'rename' | 'invite' | 'link' | 'look'>();
  const close = () => setOpen(undefined);
  if (!canManage(role)) return null;
  return (
    <div class="details-actions">
      {view.kind === 'group' && (
        <Button look="list-button" onClick={() => setOpen('invite')}>
          <Icon name="plus" />
          {t('Invite people')}
        </Button>
      )}
      {view.kind === 'group' && (
        <Button look="list-button" onClick={() => setOpen('link')}>
          <Icon name="forward" />
          {t('Invite by link')}
        </Button>
      )}
      <Button look="list-button" onClick={() => setOpen('rename')}>
        <Icon name="edit" />
        {view.kind === 'room' ? t('Rename room') : t('Rename group')}
      </Button>
      <Button look="list-button" onClick={() => setOpen('look')}>
        <Icon name="settings" />
        {t('Picture and description')}
      </Button>
      {open === 'rename' && <RenameDialog view={view} onClose={close} />}
      {open === 'invite' && <InviteDialog view={view} onClose={close} />}
      {open === 'link' && <InviteLinkDialog view={view} onClose={close} />}
      {open === 'look' && <LookDialog view={view} onClose={close} />}
    </div>
  );
}

function RenameDialog({ view, onClose }: { readonly view: ConversationView; onClose(): void }) {
  const { chat } = useMessenger();
  const manage = createRooms(chat);
  const { busy, error, submit } = useAction();
  const [title, setTitle] = useState(view.title ?? '');
  return (
    <Dialog title={view.kind === 'room' ? t('Rename room') : t('Rename group')} onClose={onClose}>
      <form class="stack" onSubmit={submit(() => manage.rename(view.id, title).then(onClose))}>
        <GroupNameField kind={view.kind} title={title} onTitle={setTitle} />
        <ErrorMessage text={error} />
        <button type="submit" class="button" data-kind="main" disabled={busy || title.trim() === ''}>
          {t('Rename')}
        </button>
      </form>
    </Dialog>
  );
}

/** Stays open, so that the user can invite several people one after the other. */
function InviteDialog({ view, onClose }: { readonly view: ConversationView; onClose(): void }) {
  const { chat } = useMessenger();
  const { busy, error, run } = useAction();
  const [invited, setInvited] = useState('');

  async function invite(username: string, name: string): Promise<void> {
    setInvited('');
    const became = await manageGroups(chat).invite(view.id, username);
    setInvited(
      became === 'invited' ? t('{name} is invited, and can join.', { name }) : t('{name} is in the group.', { name }),
    );
  }

  return (
    <Dialog title={t('Invite people')} onClose={onClose}>
      <PeoplePicker
        focused
        label={t('Who shall be in the group?')}
        exclude={view.members.map(({ username }) => username)}
        disabled={busy}
        onPick={({ username, name }) => run(() => invite(username, name))}
      />
      <p class="list-note" role="status">
        {invited}
      </p>
      <ErrorMessage text={error} />
    </Dialog>
  );
}
