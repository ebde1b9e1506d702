import { type ReadonlySignal, signal } from '@preact/signals';
import { expiryOf } from '../../client/tokens.ts';
import type { Config } from '../config.ts';
import { createCognito } from './cognito.ts';

/** Who is signed in on this page. */
export interface Session {
  /** The user name; undefined when nobody is signed in. */
  readonly user: ReadonlySignal<string | undefined>;
  /** For `createChat`: a token that is good for a while, or null when one has to sign in again. */
  token(refused?: string): Promise<string | null>;
  /** @throws CognitoError */
  signIn(username: string, password: string): Promise<void>;
  signOut(): Promise<void>;
}

interface Kept {
  readonly username: string;
  readonly access: string;
  readonly refresh: string;
}

interface Authenticated {
  readonly AuthenticationResult: { readonly AccessToken: string; readonly RefreshToken?: string };
}

const place = 'parley.session';

export function createSession({ cognito: endpoint, clientId: ClientId }: Config): Session {
  const cognito = createCognito(endpoint);
  let kept: Kept | undefined = JSON.parse(localStorage.getItem(place) ?? 'null') ?? undefined;
  const user = signal(kept?.username);

  function keep(next: Kept | undefined): void {
    kept = next;
    if (next) localStorage.setItem(place, JSON.stringify(next));
    else localStorage.removeItem(place);
    user.value = next?.username;
  }

  return {
    user,
    async token(refused) {
      if (!kept) return null;
      const fresh = (expiryOf(kept.access) ?? 0) > Date.now() + 60_000;
      if (fresh && kept.access !== refused) return kept.access;
      const { AuthenticationResult } = await cognito<Authenticated>('InitiateAuth', {
        ...{ ClientId, AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters: { REFRESH_TOKEN: kept.refresh } },
      });
      keep({ ...kept, access: AuthenticationResult.AccessToken });
      return AuthenticationResult.AccessToken;
    },
    async signIn(username, password) {
      const { AuthenticationResult } = await cognito<Authenticated>('InitiateAuth', {
        ...{ ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: username, PASSWORD: password } },
      });
      const { AccessToken: access, RefreshToken: refresh = '' } = AuthenticationResult;
      keep({ username: username.toLowerCase(), access, refresh });
    },
    async signOut() {
      keep(undefined);
    },
  };
}
