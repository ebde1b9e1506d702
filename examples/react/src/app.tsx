import { createChat } from '@parley/client';
import { indexedDbOutbox } from '@parley/client/indexeddb';
import { ChatProvider, useConnection, useConversations, usePresence } from '@parley/react';
import { type FormEvent, useState } from 'react';
import { type Session, signIn } from './sign-in.ts';
import { Thread } from './thread.tsx';

export function App() {
  const [session, setSession] = useState<Session>();
  if (!session) return <SignIn onSession={setSession} />;
  const { username, getToken } = session;
  const create = () =>
    createChat({ url: import.meta.env.VITE_PARLEY_URL, getToken, outbox: indexedDbOutbox(username) });
  return (
    <ChatProvider key={username} create={create}>
      <Chat me={username} />
    </ChatProvider>
  );
}

function SignIn({ onSession }: { onSession(session: Session): void }) {
  const [error, setError] = useState<string>();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    signIn(String(fields.get('username')), String(fields.get('password'))).then(onSession, ({ message }: Error) =>
      setError(message),
    );
  };
  return (
    <form onSubmit={submit}>
      <h1>Sign in</h1>
      <label>
        User name <input name="username" autoComplete="username" />
      </label>
      <label>
        Password <input name="password" type="password" autoComplete="current-password" />
      </label>
      {error && <p role="alert">{error}</p>}
      <button type="submit">Sign in</button>
    </form>
  );
}

function Chat({ me }: { readonly me: string }) {
  const { conversations, unread } = useConversations();
  const { status } = useConnection();
  const [open, setOpen] = useState<string>();
  const start = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setOpen(String(new FormData(event.currentTarget).get('name')));
  };
  return (
    <main>
      <nav aria-label="Conversations">
        <p role="status">
          {me}: {status}, {unread} unread
        </p>
        <form onSubmit={start}>
          <input name="name" aria-label="Write to" placeholder="bob" />
        </form>
        <ul>
          {conversations.map((view) => (
            <li key={view.id}>
              <button type="button" aria-current={view.id === open} onClick={() => setOpen(view.id)}>
                <Title others={view.members.map(({ username }) => username).filter((one) => one !== me)} id={view.id} />
                {view.unread_count > 0 && <b>{view.unread_count}</b>}
              </button>
            </li>
          ))}
        </ul>
      </nav>
      {open !== undefined && <Thread key={open} name={open} me={me} />}
    </main>
  );
}

/** The names of the others, and whether the first one is online. */
function Title({ others, id }: { readonly others: readonly string[]; readonly id: string }) {
  const presence = usePresence(others[0]);
  return (
    <span>
      {others.join(', ') || id} {presence?.online ? '●' : ''}
    </span>
  );
}
