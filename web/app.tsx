import { useEffect, useState } from 'preact/hooks';
import { ChatWindow } from './chat/chat-window.tsx';
import { createMessenger, type Messenger } from './chat/messenger.ts';
import { SignedContext } from './chat/use-messenger.ts';
import { Notices } from './notify/notices.tsx';
import { forgetUser } from './session/forget-user.ts';
import { SignInPage } from './session/sign-in-page.tsx';
import { type Door, DoorContext } from './session/use-door.ts';

/**
 * The whole page: a client for as long as somebody is signed in.
 * @param named whom the page's address named, where they still have to sign in
 * @param refusal why what the address asked for did not work
 */
export function App({
  door,
  named,
  refusal,
}: {
  readonly door: Door;
  readonly named?: string;
  readonly refusal?: string;
}) {
  const { session } = door;
  const me = session.user.value;
  const [messenger, setMessenger] = useState<Messenger>();
  useEffect(() => {
    if (me === undefined) return;
    // A client that is about to be closed must not speak for the next one.
    const started = createMessenger({ ...session, token: (refused) => session.token(refused, me) }, me);
    setMessenger(started);
    return () => {
      setMessenger(undefined);
      started.close();
      // Whose session ended keeps what was not sent: they will be back.
      if (!session.accounts.peek().some(({ username }) => username === me)) forgetUser(me);
    };
  }, [session, me]);
  return (
    <DoorContext.Provider value={door}>
      {me === undefined && <SignInPage named={named} refusal={refusal} />}
      {messenger && messenger.me === me && (
        <SignedContext.Provider value={{ session, messenger }}>
          <ChatWindow />
          <Notices />
        </SignedContext.Provider>
      )}
    </DoorContext.Provider>
  );
}
