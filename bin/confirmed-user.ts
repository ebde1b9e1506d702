import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CognitoIdentityProviderClient,
  ConfirmSignUpCommand,
  InitiateAuthCommand,
  ResendConfirmationCodeCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import type { LocalOutputs } from './local-outputs.ts';

/** Somebody who is signed in on the local user pool. */
export interface ConfirmedUser {
  readonly name: string;
  readonly password: string;
  /** An access token, good for an hour. */
  readonly token: string;
}

/** The password that a local user gets: it satisfies the pool's policy, and a person can remember it. */
export function passwordOf(name: string): string {
  return `Parley-${name}-1`;
}

/**
 * Signs a user in, and up before if need be, as a person would: the confirmation code is read from the mail.
 * @param mailDirectory where the local user pool writes its mail
 * @throws Error when the name is somebody's with another password
 */
export async function confirmedUser(
  name: string,
  outputs: LocalOutputs,
  mailDirectory: string,
): Promise<ConfirmedUser> {
  // The SDK warns of this machine's Node, which is not the one that Parley is deployed on.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const client = new CognitoIdentityProviderClient({
    region: outputs.Region,
    endpoint: outputs.CognitoEndpoint,
    // These operations are not signed; without any keys the SDK would look for some in the surroundings.
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  });
  const ClientId = outputs.UserPoolClientId;
  const password = passwordOf(name);
  const signIn = async () => {
    const AuthParameters = { USERNAME: name, PASSWORD: password };
    const command = new InitiateAuthCommand({ AuthFlow: 'USER_PASSWORD_AUTH', ClientId, AuthParameters });
    const token = (await client.send(command)).AuthenticationResult?.AccessToken;
    if (!token) throw new Error(`unable to sign ${name} in; the user pool wants another step`);
    return { name, password, token };
  };
  const confirm = async () => {
    const ConfirmationCode = await codeFor(name, mailDirectory);
    await client.send(new ConfirmSignUpCommand({ ClientId, Username: name, ConfirmationCode }));
  };
  try {
    return await signIn();
  } catch (error) {
    if (named(error, 'UserNotConfirmedException')) {
      await client.send(new ResendConfirmationCodeCommand({ ClientId, Username: name }));
    } else if (named(error, 'NotAuthorizedException', 'UserNotFoundException')) {
      // Unknown, or known with another password: Cognito does not tell which, signing up does.
      const UserAttributes = [{ Name: 'email', Value: `${name}@example.com` }];
      await client
        .send(new SignUpCommand({ ClientId, Username: name, Password: password, UserAttributes }))
        .catch((refusal) => {
          if (!named(refusal, 'UsernameExistsException')) throw refusal;
          throw new Error(`unable to sign ${name} in; the user exists and the password is not ${password}`);
        });
    } else throw error;
  }
  await confirm();
  return signIn();
}

/** The newest code that was mailed to a user: the last line of the letter. */
async function codeFor(name: string, mailDirectory: string): Promise<string> {
  const letters = (await readdir(mailDirectory)).filter((file) => file.endsWith(`-${name}-confirm.txt`)).sort();
  const newest = letters.at(-1);
  if (!newest) throw new Error(`unable to confirm ${name}; there is no mail in ${mailDirectory}`);
  return (await readFile(join(mailDirectory, newest), 'utf8')).trim().split('\n').at(-1) ?? '';
}

function named(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}
