import { useEffect } from 'preact/hooks';
import { useMessenger } from '../chat/use-messenger.ts';
import { PersonAvatar } from '../people/person-avatar.tsx';
import { useAction } from '../ui/use-action.ts';

/** Whom one has blocked. */
export function BlockedPeople() {
  const { blocks } = useMessenger();
  const { busy, refusal, act } = useAction();
  useEffect(() => act(blocks.load), [blocks]);
  const people = blocks.people.value;
  return (
    <section>
      <h3>Blocked people</h3>
      {people?.length === 0 && <p class="quiet">You have blocked nobody.</p>}
      {people && people.length > 0 && (
        <ul class="blocked">
          {people.map(({ username, name }) => (
            <li key={username}>
              <PersonAvatar username={username} name={name} size={2} presence={false} />
              <span>{name}</span>
              <button
                type="button"
                class="button"
                aria-label={`Unblock ${name}`}
                disabled={busy}
                onClick={() => act(() => blocks.unblock(username))}
              >
                Unblock
              </button>
            </li>
          ))}
        </ul>
      )}
      {refusal !== undefined && (
        <p class="refusal" role="alert">
          {refusal}
        </p>
      )}
    </section>
  );
}
