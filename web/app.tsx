import { useEffect, useState } from 'preact/hooks';
import { ChatWindow } from './chat/chat-window.tsx';
import { createMessenger, type Messenger } from './chat/messenger.ts';
import { SignedContext } from './chat/use-messenger.ts';
import type { Session } from './session/session.ts';
import { SignIn } from './session/sign-in.tsx';

/** The whole page: a client for as long as somebody is signed in. */
export function App({ session }: { readonly session: Session }) {
  const me = session.user.value;
  const [messenger, setMessenger] = useState<Messenger>();
  useEffect(() => {
    if (me === undefined) return;
    const started = createMessenger(session, me);
    setMessenger(started);
    return () => {
      setMessenger(undefined);
      started.close();
    };
  }, [session, me]);
  if (me === undefined) return <SignIn session={session} />;
  if (!messenger) return null;
  return (
    <SignedContext.Provider value={{ session, messenger }}>
      <ChatWindow />
    </SignedContext.Provider>
  );
}
