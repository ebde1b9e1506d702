import type { Invitation } from '@parley/client';
import { PersonLine } from '../people/person-line.tsx';
import { useMessenger } from '../state/session-context.ts';
import { Button } from '../ui/button.tsx';
import { ErrorMessage } from '../ui/error-message.tsx';
import { useAction } from '../ui/use-action.ts';
import { t } from '../words/words.ts';

/** Groups to which the user is invited, above the conversations. */
export function GroupInvitations() {
  const { invitations } = useMessenger();
  return (
    <section class="requests" aria-labelledby="invitations">
      <h2 id="invitations" class="list-head">
        {t('Invitations')}
      </h2>
      <ul>
        {invitations.invitations.map((invitation) => (
          <GroupInvitation key={invitation.conversation} invitation={invitation} />
        ))}
      </ul>
    </section>
  );
}

function GroupInvitation({ invitation: { conversation, title, person } }: { readonly invitation: Invitation }) {
  const { invitations } = useMessenger();
  const { busy, error, run } = useAction();
  const group = title ?? t('Group');
  return (
    <li class="request">
      <PersonLine username={person.username} name={person.name} secondLine={t('Invites you to {group}', { group })} />
      <span class="request-buttons">
        <Button
          kind="main"
          aria-label={t('Join {group}', { group })}
          disabled={busy}
          onClick={() => run(() => invitations.accept(conversation))}
        >
          {t('Join')}
        </Button>
        <Button
          aria-label={t('Decline {name}', { name: group })}
          disabled={busy}
          onClick={() => run(() => invitations.decline(conversation))}
        >
          {t('Decline')}
        </Button>
      </span>
      <ErrorMessage text={error} />
    </li>
  );
}
