import type { Profile } from '@parley/client';
import { PersonLine } from '../people/person-line.tsx';
import { useMessenger } from '../state/session-context.ts';
import { Button } from '../ui/button.tsx';
import { ErrorMessage } from '../ui/error-message.tsx';
import { useAction } from '../ui/use-action.ts';
import { t } from '../words/words.ts';

/** Received friend requests, above the conversations. */
export function FriendRequests() {
  const { friends } = useMessenger();
  const people = friends.received;
  return (
    <section class="requests" aria-labelledby="requests">
      <h2 id="requests" class="list-head">
        {t('Friend requests')}
      </h2>
      <ul>
        {people.map((person) => (
          <FriendRequest key={person.username} person={person} />
        ))}
      </ul>
    </section>
  );
}

function FriendRequest({ person: { username, name } }: { readonly person: Profile }) {
  const { friends } = useMessenger();
  const { busy, error, run } = useAction();
  return (
    <li class="request">
      <PersonLine username={username} name={name} />
      <span class="request-buttons">
        <Button
          kind="main"
          aria-label={t('Accept {name}', { name })}
          disabled={busy}
          onClick={() => run(() => friends.ask(username))}
        >
          {t('Accept')}
        </Button>
        <Button
          aria-label={t('Decline {name}', { name })}
          disabled={busy}
          onClick={() => run(() => friends.end(username))}
        >
          {t('Decline')}
        </Button>
      </span>
      <ErrorMessage text={error} />
    </li>
  );
}
