import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ConfirmForgotPasswordCommand,
  ConfirmSignUpCommand,
  ForgotPasswordCommand,
  GetUserCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  RevokeTokenCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chat, password, startChat } from '../support/chat.ts';
import { Person } from '../support/person.ts';

let chat: Chat;
beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.stop());

/** The code in the newest mail of this kind. On AWS the mail goes to a real mailbox. */
function mailedCode(username: string, kind: 'confirm' | 'forgot'): string {
  const mail = join(chat.dataDirectory ?? '', 'mail');
  const newest = readdirSync(mail)
    .filter((name) => name.endsWith(`-${username}-${kind}.txt`))
    .sort()
    .at(-1);
  return /^\d{6}$/m.exec(readFileSync(join(mail, newest ?? ''), 'utf8'))?.[0] ?? '';
}

async function signUp(username: string) {
  const client = { ClientId: chat.outputs.UserPoolClientId, Username: username };
  const UserAttributes = [{ Name: 'email', Value: `${username}@example.com` }];
  await chat.cognito.send(new SignUpCommand({ ...client, Password: password, UserAttributes }));
  return client;
}

async function signIn(username: string, secret = password) {
  const { AuthenticationResult } = await chat.cognito.send(
    new InitiateAuthCommand({
      ClientId: chat.outputs.UserPoolClientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: username, PASSWORD: secret },
    }),
  );
  return AuthenticationResult ?? {};
}

describe.skipIf(process.env.PARLEY_OUTPUTS)('an account', () => {
  it('is confirmed with a mailed code, and gets messages at once, before its owner has signed in', async () => {
    const username = `dora-${chat.run}`;
    const alice = await chat.person('alice');
    const client = await signUp(username);
    await expect(signIn(username)).rejects.toMatchObject({ name: 'UserNotConfirmedException' });
    expect((await alice.post(`/conversations/${username}/messages`, { message: 'x' })).status).toBe(404);

    await chat.cognito.send(new ConfirmSignUpCommand({ ...client, ConfirmationCode: mailedCode(username, 'confirm') }));
    expect((await alice.post(`/conversations/${username}/messages`, { message: 'welcome' })).status).toBe(201);
    const { AccessToken: access = '', IdToken: id = '' } = await signIn(username);
    const dora = new Person(chat.outputs, username, { access, id });
    expect((await dora.get('/conversations')).body).toMatchObject({ count: 1, results: [{ unread_count: 1 }] });
  });

  it('must follow the pool’s password policy', async () => {
    const weak = { ClientId: chat.outputs.UserPoolClientId, Username: `eve-${chat.run}`, Password: 'short' };
    await expect(chat.cognito.send(new SignUpCommand(weak))).rejects.toMatchObject({
      name: 'InvalidPasswordException',
    });
    await expect(signIn('nobody-at-all')).rejects.toMatchObject({ message: 'Incorrect username or password.' });
  });

  it('can refresh tokens, reset its password, and sign out everywhere', async () => {
    const username = `fay-${chat.run}`;
    const client = await signUp(username);
    await chat.cognito.send(new ConfirmSignUpCommand({ ...client, ConfirmationCode: mailedCode(username, 'confirm') }));
    const first = await signIn(username);
    const refresh = (token = '') =>
      chat.cognito.send(
        new InitiateAuthCommand({
          ClientId: client.ClientId,
          AuthFlow: 'REFRESH_TOKEN_AUTH',
          AuthParameters: { REFRESH_TOKEN: token },
        }),
      );
    const access = (await refresh(first.RefreshToken)).AuthenticationResult?.AccessToken ?? '';
    expect(await chat.cognito.send(new GetUserCommand({ AccessToken: access }))).toMatchObject({ Username: username });

    await chat.cognito.send(new ForgotPasswordCommand(client));
    const renewed = { ...client, ConfirmationCode: mailedCode(username, 'forgot'), Password: 'Another-horse-8' };
    await chat.cognito.send(new ConfirmForgotPasswordCommand(renewed));
    await expect(signIn(username)).rejects.toMatchObject({ name: 'NotAuthorizedException' });
    const second = await signIn(username, 'Another-horse-8');

    await chat.cognito.send(new RevokeTokenCommand({ ClientId: client.ClientId, Token: second.RefreshToken }));
    await expect(refresh(second.RefreshToken)).rejects.toMatchObject({ name: 'NotAuthorizedException' });
    const third = await signIn(username, 'Another-horse-8');
    await chat.cognito.send(new GlobalSignOutCommand({ AccessToken: third.AccessToken }));
    await expect(refresh(third.RefreshToken)).rejects.toMatchObject({ name: 'NotAuthorizedException' });
    await expect(chat.cognito.send(new GetUserCommand({ AccessToken: third.AccessToken }))).rejects.toMatchObject({
      message: 'Access Token has been revoked',
    });
  });
});
