import { Avatar } from '../ui/avatar.tsx';
import { Icon } from '../ui/icon.tsx';
import { useAction } from '../ui/use-action.ts';
import { useDemo } from './use-demo.ts';
import { useDoor } from './use-door.ts';

/** One click in: people who are signed in with this browser, and, on a runtime of one's own, its demo people. */
export function WhoIsHere() {
  const { session, way } = useDoor();
  const demo = useDemo();
  const { busy, refusal, act } = useAction();
  const signedIn = session.accounts.value.filter(({ refresh }) => refresh !== undefined);
  const others = demo.filter(({ username }) => !signedIn.some((one) => one.username === username));
  if (signedIn.length + others.length === 0) return null;
  return (
    <section class="door-people stack" aria-label="Continue as">
      {signedIn.map(({ username, name }) => (
        <button key={username} type="button" class="button" onClick={() => session.use(username)}>
          <Avatar name={name} size={1.75} />
          <span>Continue as {name}</span>
          <Icon name="next" />
        </button>
      ))}
      {way.by === 'password' &&
        others.map(({ username, password }) => (
          <button
            key={username}
            type="button"
            class="button"
            disabled={busy}
            onClick={() => act(async () => session.add(await way.people.signIn(username, password)))}
          >
            <Avatar name={username} size={1.75} />
            <span>Continue as {username}</span>
            <Icon name="next" />
          </button>
        ))}
      {others.length > 0 && (
        <p class="quiet">Demo people of this local server. Open the page in a second tab to chat with yourself.</p>
      )}
      {refusal !== undefined && (
        <p class="refusal" role="alert">
          {refusal}
        </p>
      )}
      <p class="door-or">or</p>
    </section>
  );
}
