import type { ConversationView, Role } from '@parley/client';
import { useState } from 'preact/hooks';
import { useMessenger } from '../chat/use-messenger.ts';
import { MemberRow } from './member-row.tsx';

const ranks: Record<Role, number> = { owner: 0, admin: 1, member: 2 };
/** A room may have thousands. */
const atFirst = 50;

/** Everybody in it: owner and admins first, then by name. */
export function Members({ view, own }: { readonly view: ConversationView; readonly own: Role }) {
  const { me } = useMessenger();
  const [most, setMost] = useState(atFirst);
  const members = [...view.members].sort((a, b) => ranks[a.role] - ranks[b.role] || a.name.localeCompare(b.name));
  return (
    <section class="members" aria-labelledby="members">
      <h3 id="members" class="list-head">
        {members.length === 1 ? '1 member' : `${members.length} members`}
      </h3>
      <ul>
        {members.slice(0, most).map((member) => (
          <MemberRow key={member.username} view={view} member={member} own={own} isMe={member.username === me} />
        ))}
      </ul>
      {members.length > most && (
        <button type="button" class="action" onClick={() => setMost(most + 200)}>
          Show more
        </button>
      )}
    </section>
  );
}
