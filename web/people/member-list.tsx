import type { ConversationView, Role } from '@parley/client';
import { useState } from 'preact/hooks';
import { useMessenger } from '../state/session-context.ts';
import { Button } from '../ui/button.tsx';
import { plural, t } from '../words/words.ts';
import { MemberRow } from './member-row.tsx';

const ranks: Record<Role, number> = { owner: 0, admin: 1, moderator: 1, member: 2 };
/** A room may have thousands of members, so they are shown in steps. */
const firstStep = 50;
const nextStep = 200;

/** All members: owner and admins first, then by name. @param props.role the user's own role */
export function MemberList({ view, role }: { readonly view: ConversationView; readonly role: Role }) {
  const { me } = useMessenger();
  const [shown, setShown] = useState(firstStep);
  const members = view.members.toSorted((a, b) => ranks[a.role] - ranks[b.role] || a.name.localeCompare(b.name));
  return (
    <section class="members" aria-labelledby="members">
      <h3 id="members" class="list-head">
        {plural('{n} member|{n} members', members.length)}
      </h3>
      <ul>
        {members.slice(0, shown).map((member) => (
          <MemberRow key={member.username} view={view} member={member} role={role} isMe={member.username === me} />
        ))}
      </ul>
      {members.length > shown && (
        <Button look="list-button" onClick={() => setShown(shown + nextStep)}>
          {t('Show more')}
        </Button>
      )}
    </section>
  );
}
