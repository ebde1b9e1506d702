import { render } from 'preact';
import { App } from './app.tsx';
import { type Config, isLocal, loadConfig, loadDemoUsers } from './config.ts';
import { loadLater } from './load-later.ts';
import type { Auth, SignInMethod } from './session/auth-context.ts';
import { createCognitoAuth } from './session/cognito-auth.ts';
import { createSession } from './session/session.ts';
import { startClock } from './ui/now.ts';
import { speakLanguage } from './words/language.ts';

startClock();
const spoken = speakLanguage();
loadConfig()
  .then(start)
  .catch((error: Error) =>
    render(
      <p class="empty-pane" role="alert">
        {error.message}
      </p>,
      document.body,
    ),
  );

async function start(config: Config): Promise<void> {
  const signInMethod = await signInMethodOf(config);
  const session = createSession(signInMethod.kind === 'password' ? signInMethod.cognito : signInMethod.openId);
  const auth = { session, signInMethod, loadDemoUsers: () => loadDemoUsers(config) };
  let error: string | undefined;
  const username = await nameInAddress(auth).catch(({ message }: Error) => {
    error = message;
    return undefined;
  });
  await spoken;
  render(<App auth={auth} username={username} error={error} />, document.body);
  registerWorker();
  // The borders that then show all shapes are in its style sheet.
  if (matchMedia('(forced-colors: active)').matches) loadLater().catch(() => {});
}

/** Few addresses ask for a user, or are an issuer's answer. */
async function nameInAddress(auth: Auth): Promise<string | undefined> {
  return location.search ? (await loadLater()).signInFromAddress(auth) : undefined;
}

async function signInMethodOf(config: Config): Promise<SignInMethod> {
  if ('cognito' in config) {
    const cognito = createCognitoAuth(config.cognito, config.clientId);
    return { kind: 'password', cognito, isLocal: isLocal(config), selfSignUp: config.selfSignUp ?? true };
  }
  const { createOpenId } = await loadLater();
  return { kind: 'issuer', openId: createOpenId(config.issuer, config.audience[0] ?? '') };
}

/** https://www.w3.org/TR/trusted-types/; TypeScript's DOM types do not have it. */
declare const trustedTypes:
  | { createPolicy(name: string, rules: { createScriptURL(): string }): { createScriptURL(from: string): string } }
  | undefined;

const address = '/sw.js';

/** Does nothing if the browser has no service workers, or blocks this one. */
async function registerWorker(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const policy =
    typeof trustedTypes === 'undefined'
      ? undefined
      : trustedTypes.createPolicy('parley', { createScriptURL: () => address });
  await navigator.serviceWorker.register(policy?.createScriptURL(address) ?? address).catch(() => {});
}
