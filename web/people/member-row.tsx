import type { ConversationView, Member, Role } from '@parley/client';
import { createRooms } from '@parley/client/rooms';
import { hrefOf } from '../route.ts';
import { directId } from '../state/names.ts';
import { useMessenger } from '../state/session-context.ts';
import { Button } from '../ui/button.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { ErrorMessage } from '../ui/error-message.tsx';
import { Icon } from '../ui/icon.tsx';
import { presenceText } from '../ui/times.ts';
import { useAction } from '../ui/use-action.ts';
import { t } from '../words/words.ts';
import { canAssignRoles, canRemove } from './permissions.ts';
import { PersonLine } from './person-line.tsx';

const roleTexts = { owner: 'Owner', admin: 'Admin', moderator: 'Moderator', member: '' } as const;

const helperTexts = {
  admin: { make: 'Make admin', remove: 'Remove admin role' },
  moderator: { make: 'Make moderator', remove: 'Remove moderator role' },
} as const;

interface MemberProps {
  readonly view: ConversationView;
  readonly member: Member;
  /** The user's own role. */
  readonly role: Role;
}

/** A member, which expands to show what can be done. */
export function MemberRow({ isMe, ...props }: MemberProps & { readonly isMe: boolean }) {
  const { presence } = useMessenger();
  const { member } = props;
  const status = presenceText(presence(member.username) ?? member) || undefined;
  const role = roleTexts[member.role];
  const line = (
    <PersonLine username={member.username} name={member.name} suffix={isMe ? ` ${t('(you)')}` : ''} secondLine={status}>
      {role !== '' && <span class="role">{t(role)}</span>}
    </PersonLine>
  );
  if (isMe) return <li class="member">{line}</li>;
  return (
    <li>
      <details class="member-details">
        <summary class="list-button">
          {line}
          <Icon name="down" />
        </summary>
        <MemberActions {...props} />
      </details>
    </li>
  );
}

function MemberActions({ view, member, role }: MemberProps) {
  const { chat, me } = useMessenger();
  const { busy, error, run } = useAction();
  const { username, name } = member;
  const { kind } = view;
  const manage = createRooms(chat);
  const assign = (next: Role) => manage.setRole(view.id, username, next);
  const isManaged = kind === 'group' || kind === 'room';
  const helper = kind === 'room' ? 'moderator' : 'admin';
  return (
    <div class="member-actions">
      <a class="list-button" href={hrefOf({ page: 'conversation', name: directId(me, username) })}>
        {t('Write to {name}', { name })}
      </a>
      {isManaged && canAssignRoles(role) && (
        <>
          <Button
            look="list-button"
            disabled={busy}
            onClick={() => run(() => assign(member.role === helper ? 'member' : helper))}
          >
            {t(helperTexts[helper][member.role === helper ? 'remove' : 'make'])}
          </Button>
          <ConfirmButton
            label={t('Make owner')}
            title={t('Make {name} the owner?', { name })}
            onConfirm={() => assign('owner')}
          >
            {kind === 'room'
              ? t(
                  'A room has one owner. You stay in it as a moderator, and only {name} can make you the owner again.',
                  { name },
                )
              : t('A group has one owner. You stay in it as an admin, and only {name} can make you the owner again.', {
                  name,
                })}
          </ConfirmButton>
        </>
      )}
      {isManaged && canRemove(role, member.role) && (
        <ConfirmButton
          label={kind === 'room' ? t('Remove from room') : t('Remove from group')}
          kind="danger"
          title={t('Remove {name}?', { name })}
          action={t('Remove')}
          onConfirm={() => manage.remove(view.id, username)}
        >
          {kind === 'room'
            ? t('{name} gets no more messages of this room, and cannot come in again.', { name })
            : t('{name} gets no more messages of this group, unless they are invited again.', { name })}
        </ConfirmButton>
      )}
      <ErrorMessage text={error} />
    </div>
  );
}
