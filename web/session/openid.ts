/** Signing in with an OpenID Connect issuer that the deployer configured: authorization code with PKCE. https://www.rfc-editor.org/rfc/rfc7636, https://openid.net/specs/openid-connect-core-1_0.html */
import { keptInTab } from '../ui/storage.ts';
import { t } from '../words/words.ts';
import { SessionEnded, type TokenIssuer, type Tokens } from './tokens.ts';

export interface OpenId extends TokenIssuer {
  /** Leaves for the issuer's sign-in page, which leads back here. */
  begin(): Promise<void>;
  /** @param answer the query of the address that the issuer led back to @throws Error with a sentence for the user */
  complete(answer: URLSearchParams): Promise<Tokens>;
}

interface Endpoints {
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly revocation_endpoint?: string;
}

const storageKey = 'parley.openid';
const redirectUri = () => `${location.origin}/`;

export function createOpenId(issuer: string, client_id: string): OpenId {
  let endpoints: Promise<Endpoints> | undefined;

  function discover(): Promise<Endpoints> {
    endpoints ??= fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`).then((answer) =>
      answer.json(),
    );
    endpoints.catch(() => {
      endpoints = undefined;
    });
    return endpoints;
  }

  async function ask(fields: Record<string, string>): Promise<Tokens> {
    const { token_endpoint } = await discover();
    const response = await fetch(token_endpoint, {
      method: 'POST',
      body: new URLSearchParams({ client_id, ...fields }),
    });
    const given = await response.json();
    if (response.status >= 500) throw new Error(t('The place where you sign in has a problem. Try again in a moment.'));
    // Other servers may not be able to read an access token; an id token is a JWT for this page.
    const access = given.id_token ?? given.access_token;
    if (!response.ok || typeof access !== 'string')
      throw new SessionEnded(given.error_description ?? t('Sign in again.'));
    return { access, refresh: given.refresh_token };
  }

  return {
    async begin() {
      const { authorization_endpoint } = await discover();
      const verifier = random();
      const state = random();
      keptInTab.setItem(storageKey, JSON.stringify({ verifier, state, hash: location.hash }));
      const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
      const query = new URLSearchParams({
        response_type: 'code',
        client_id,
        redirect_uri: redirectUri(),
        scope: 'openid profile offline_access',
        state,
        code_challenge: base64url(new Uint8Array(digest)),
        code_challenge_method: 'S256',
      });
      location.assign(`${authorization_endpoint}${authorization_endpoint.includes('?') ? '&' : '?'}${query}`);
    },
    async complete(answer) {
      const { verifier, state, hash } = JSON.parse(keptInTab.getItem(storageKey) ?? '{}');
      keptInTab.removeItem(storageKey);
      const code = answer.get('code');
      if (!state || answer.get('state') !== state)
        throw new Error(t('This sign-in was started in another tab. Start it again.'));
      if (!code) throw new Error(answer.get('error_description') ?? t('You were not signed in. Try again.'));
      const tokens = await ask({
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri(),
        code_verifier: verifier,
      });
      history.replaceState(history.state, '', `/${hash}`);
      return tokens;
    },
    refresh(token) {
      if (token === '') return Promise.reject(new SessionEnded(t('Sign in again.')));
      return ask({ grant_type: 'refresh_token', refresh_token: token });
    },
    async revoke(token) {
      const { revocation_endpoint } = await discover();
      if (!revocation_endpoint) return;
      await fetch(revocation_endpoint, { method: 'POST', body: new URLSearchParams({ client_id, token }) });
    },
  };
}

const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
const base64url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, (character) => ({ '+': '-', '/': '_' })[character] ?? '');
