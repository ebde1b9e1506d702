import { useEffect, useState } from 'preact/hooks';
import { ChatWindow } from './chat/chat-window.tsx';
import { Notifications } from './notify/notifications.tsx';
import { type Auth, AuthContext } from './session/auth-context.ts';
import { forgetUser } from './session/forget-user.ts';
import { SignInPage } from './session/sign-in-page.tsx';
import { createMessenger, type Messenger } from './state/messenger.ts';
import { SessionContext } from './state/session-context.ts';

/**
 * The whole page: the chat while a user is signed in, else the sign-in page.
 * @param username the user named in the page's address who still has to sign in
 * @param error why a sign-in that the address asked for failed
 */
export function App({
  auth,
  username,
  error,
}: {
  readonly auth: Auth;
  readonly username?: string;
  readonly error?: string;
}) {
  const { session } = auth;
  const me = session.user.value;
  const [messenger, setMessenger] = useState<Messenger>();
  useEffect(() => {
    if (me === undefined) return;
    // A client that is about to be closed must not get the token of the next user.
    const started = createMessenger({ ...session, token: (refused) => session.token(refused, me) }, me);
    setMessenger(started);
    return () => {
      setMessenger(undefined);
      started.close();
      // After an expired session the account is still listed, and unsent messages are kept until the user signs in again.
      if (!session.accounts.peek().some((account) => account.username === me)) forgetUser(me);
    };
  }, [session, me]);
  return (
    <AuthContext.Provider value={auth}>
      {me === undefined && <SignInPage username={username} error={error} />}
      {messenger && messenger.me === me && (
        <SessionContext.Provider value={{ session, messenger }}>
          <ChatWindow />
          <Notifications />
        </SessionContext.Provider>
      )}
    </AuthContext.Provider>
  );
}
