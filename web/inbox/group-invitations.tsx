import type { Invitation } from '@parley/client';
import { PersonLine } from '../people/person-line.tsx';
import { useMessenger } from '../state/session-context.ts';
import { Button } from '../ui/button.tsx';
import { ErrorMessage } from '../ui/error-message.tsx';
import { useAction } from '../ui/use-action.ts';

/** Groups to which the user is invited, above the conversations. */
export function GroupInvitations() {
  const { invitations } = useMessenger().groups;
  if (invitations.length === 0) return null;
  return (
    <section class="requests" aria-labelledby="invitations">
      <h2 id="invitations" class="list-head">
        Invitations
      </h2>
      <ul>
        {invitations.map((invitation) => (
          <GroupInvitation key={invitation.conversation} invitation={invitation} />
        ))}
      </ul>
    </section>
  );
}

function GroupInvitation({ invitation: { conversation, title, person } }: { readonly invitation: Invitation }) {
  const { groups } = useMessenger();
  const { busy, error, run } = useAction();
  const group = title ?? 'Group';
  return (
    <li class="request">
      <PersonLine username={person.username} name={person.name} secondLine={`invites you to ${group}`} />
      <span class="request-buttons">
        <Button
          kind="main"
          aria-label={`Join ${group}`}
          disabled={busy}
          onClick={() => run(() => groups.accept(conversation))}
        >
          Join
        </Button>
        <Button aria-label={`Decline ${group}`} disabled={busy} onClick={() => run(() => groups.decline(conversation))}>
          Decline
        </Button>
      </span>
      <ErrorMessage text={error} />
    </li>
  );
}
