import type { ConversationView, Member, Role } from '@parley/client';
import { useState } from 'preact/hooks';
import { useMessenger } from '../chat/use-messenger.ts';
import { addressOf } from '../route.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { seenWords } from '../ui/times.ts';
import { useAction } from '../ui/use-action.ts';
import { mayGiveRoles, mayRemove } from './may.ts';
import { PersonLine } from './person-line.tsx';

const roleWords: Record<Role, string> = { owner: 'Owner', admin: 'Admin', member: '' };

/** A member; what can be done opens below. */
export function MemberRow(props: {
  readonly view: ConversationView;
  readonly member: Member;
  /** One's own role. */
  readonly own: Role;
  readonly isMe: boolean;
}) {
  const { presence } = useMessenger();
  const { view, member, own, isMe } = props;
  const { online, last_seen } = presence(member.username) ?? member;
  const below = online ? 'online' : last_seen === null ? undefined : seenWords(last_seen, Date.now());
  const line = (
    <PersonLine username={member.username} name={member.name} note={isMe ? ' (you)' : ''} below={below}>
      {view.kind === 'group' && <span class="role">{roleWords[member.role]}</span>}
    </PersonLine>
  );
  if (isMe) return <li class="member">{line}</li>;
  return (
    <li>
      <details class="member-more">
        <summary class="row-plain">
          {line}
          <Icon name="down" />
        </summary>
        <MemberActions view={view} member={member} own={own} />
      </details>
    </li>
  );
}

function MemberActions(props: { readonly view: ConversationView; readonly member: Member; readonly own: Role }) {
  const { chat, me } = useMessenger();
  const [asks, setAsks] = useState<'remove' | 'owner'>();
  const { busy, refusal, act } = useAction();
  const { view, own } = props;
  const { username, name, role } = props.member;
  const path = `/conversations/${encodeURIComponent(view.id)}`;
  const give = (next: Role) => chat.request('PATCH', path, { roles: { [username]: next } });
  const managed = view.kind === 'group';
  return (
    <div class="member-actions">
      <a class="action" href={addressOf({ at: 'conversation', name: [me, username].sort().join('_') })}>
        Write to {name}
      </a>
      {managed && mayGiveRoles(own) && (
        <>
          <button
            type="button"
            class="action"
            disabled={busy}
            onClick={() => act(() => give(role === 'admin' ? 'member' : 'admin'))}
          >
            {role === 'admin' ? 'Remove admin role' : 'Make admin'}
          </button>
          <button type="button" class="action" onClick={() => setAsks('owner')}>
            Make owner
          </button>
        </>
      )}
      {managed && mayRemove(own, role) && (
        <button type="button" class="action" data-kind="danger" onClick={() => setAsks('remove')}>
          Remove from group
        </button>
      )}
      {refusal && (
        <p class="refusal" role="alert">
          {refusal}
        </p>
      )}
      {asks === 'owner' && (
        <ConfirmDialog
          title={`Make ${name} the owner?`}
          action="Make owner"
          onConfirm={() => give('owner')}
          onClose={() => setAsks(undefined)}
        >
          A group has one owner. You stay in it as an admin, and only {name} can give it back.
        </ConfirmDialog>
      )}
      {asks === 'remove' && (
        <ConfirmDialog
          title={`Remove ${name}?`}
          action="Remove"
          onConfirm={() => chat.request('DELETE', `${path}/members/${encodeURIComponent(username)}`)}
          onClose={() => setAsks(undefined)}
        >
          {name} gets nothing more of this group, unless they are invited again.
        </ConfirmDialog>
      )}
    </div>
  );
}
