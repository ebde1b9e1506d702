import { render } from 'preact';
import { App } from './app.tsx';
import { type Config, isLocal, loadConfig } from './config.ts';
import { registerWorker } from './register-worker.ts';
import type { SignInMethod } from './session/auth-context.ts';
import { createCognitoAuth } from './session/cognito-auth.ts';
import { loadDemoUsers } from './session/demo-users.ts';
import { createSession } from './session/session.ts';
import { signInFromAddress } from './session/sign-in-from-address.ts';

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
  const username = await signInFromAddress(auth).catch(({ message }: Error) => {
    error = message;
    return undefined;
  });
  render(<App auth={auth} username={username} error={error} />, document.body);
  registerWorker();
}

async function signInMethodOf(config: Config): Promise<SignInMethod> {
  if ('cognito' in config) {
    const cognito = createCognitoAuth(config.cognito, config.clientId);
    return { kind: 'password', cognito, isLocal: isLocal(config) };
  }
  const { createOpenId } = await import('./lazy-chunk.ts');
  return { kind: 'issuer', openId: createOpenId(config.issuer, config.audience[0] ?? '') };
}
