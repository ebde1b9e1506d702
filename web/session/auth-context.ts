import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { DemoUser } from '../config.ts';
import type { CognitoAuth } from './cognito-auth.ts';
import type { OpenId } from './openid.ts';
import type { Session } from './session.ts';

/** How users sign in, as `config.json` of the deployment says. */
export type SignInMethod =
  | {
      readonly kind: 'password';
      readonly cognito: CognitoAuth;
      /** Is the server a local runtime, which writes mail to files? */
      readonly isLocal: boolean;
      /** May people create accounts by themselves? */
      readonly selfSignUp: boolean;
    }
  | { readonly kind: 'issuer'; readonly openId: OpenId };

/** The forms between opening the page and being signed in. */
export type SignInStep =
  | { readonly name: 'sign in'; readonly username?: string }
  | { readonly name: 'sign up' }
  /** `sentTo`: where the code was sent; undefined if none was sent just now. */
  | { readonly name: 'confirm'; readonly username: string; readonly password: string; readonly sentTo?: string }
  | { readonly name: 'reset password'; readonly username?: string };

/** What each of these forms gets. `go` leads to another form. */
export type FormProps = Omit<SignInMethod & { kind: 'password' }, 'kind'> & { go(step: SignInStep): void };

/** What is needed to sign in, or to add another account. */
export interface Auth {
  readonly session: Session;
  readonly signInMethod: SignInMethod;
  loadDemoUsers(): Promise<readonly DemoUser[]>;
}

export const AuthContext = createContext<Auth | undefined>(undefined);

export function useAuth(): Auth {
  const auth = useContext(AuthContext);
  if (!auth) throw new Error('there is no AuthContext.Provider');
  return auth;
}

/** Empty until they are loaded. */
export function useDemoUsers(): readonly DemoUser[] {
  const { loadDemoUsers } = useAuth();
  const [users, setUsers] = useState<readonly DemoUser[]>([]);
  useEffect(() => {
    loadDemoUsers().then(setUsers);
  }, [loadDemoUsers]);
  return users;
}
