/**
 * The behaviour tests use a stack through its outputs alone. `PARLEY_OUTPUTS` names the outputs of a deployed stack, a file from
 * `cdk deploy --outputs-file`; credentials and region are as for any AWS tool. Without it the local runtime serves the synthesized stack.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  AdminConfirmSignUpCommand,
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Credentials } from '@parley/local';
import { type LocalOptions, type LocalRuntime, startLocal } from '@parley/local';
import { inject } from 'vitest';
import { Outputs } from './outputs.ts';
import { Person } from './person.ts';
import { untilIdle } from './until-idle.ts';

export const password = 'Correct-horse-7';

export interface Chat {
  readonly outputs: Outputs;
  /** The local runtime that serves the stack; undefined for a deployed stack. */
  readonly local: LocalRuntime | undefined;
  /** Different for every run, so that one deployed stack can be tested many times. */
  readonly run: string;
  readonly cognito: CognitoIdentityProviderClient;
  /** A new user `<name>-<run>`, the second of the name `<name>-<run>-2`, signed up, confirmed and signed in. */
  person(name: string): Promise<Person>;
  /** The same person, with the tokens of a new sign-in. */
  signIn(person: Person): Promise<Person>;
  people<const Names extends readonly string[]>(...names: Names): Promise<{ [Index in keyof Names]: Person }>;
  /** Where the local runtime keeps its state. */
  readonly dataDirectory: string | undefined;
  /** Resolves when the consumers of the stream have handled everything. Resolves at once for a deployed stack. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** One runtime for all test files of a process. Each run has people and groups of its own, as on a deployed stack. */
let shared: ReturnType<typeof serve> | undefined;

/**
 * Starts a new run. Without options it uses a runtime that other files share; with options, a runtime of its own.
 * A test undoes its changes to the shared runtime, except for the faults, which `stop` resets. What it left in a queue with a pause may still
 * run beside the next file, so a file that counts units or calls passes `{}` and gets a runtime of its own.
 */
export async function startChat(options?: Partial<LocalOptions>): Promise<Chat> {
  const file = process.env.PARLEY_OUTPUTS;
  if (file) return chatOn(Outputs.parse(JSON.parse(readFileSync(file, 'utf8')).Parley));

  if (options) {
    const { local, dataDirectory } = await serve(options);
    return chatOn(Outputs.parse(local.outputs), {
      local,
      dataDirectory,
      credentials: local.rootCredentials,
      async stop() {
        await local.stop();
        if (!process.env.PARLEY_KEEP) rmSync(dataDirectory, { recursive: true, force: true });
      },
    });
  }
  // The runtime ends with the process. Its data is deleted with the data folder.
  shared ??= serve({});
  const { local, dataDirectory } = await shared;
  const faults = { ...local.faults };
  return chatOn(Outputs.parse(local.outputs), {
    local,
    dataDirectory,
    credentials: local.rootCredentials,
    async stop() {
      Object.assign(local.faults, faults);
      await untilIdle(local);
    },
  });
}

async function serve(options: Partial<LocalOptions>): Promise<{ local: LocalRuntime; dataDirectory: string }> {
  const dataDirectory = mkdtempSync(join(inject('dataFolder'), 'parley-flow-'));
  const local = await startLocal({
    assemblyDirectory: inject('assemblyDirectory'),
    dataDirectory,
    port: 0,
    // Hundreds of people sign up here, and their passwords need no protection.
    passwordCost: 1_024,
    ...options,
  });
  return { local, dataDirectory };
}

/** A new run on a served stack. @param owned given for the local runtime; without `credentials` the SDK finds them as usual */
export function chatOn(
  outputs: Outputs,
  owned: Partial<Pick<Chat, 'local' | 'dataDirectory' | 'stop'>> & { readonly credentials?: Credentials } = {},
): Chat {
  const { local, dataDirectory, credentials, stop = async () => {} } = owned;
  const run = randomUUID().slice(0, 6);
  const open = new Set<Person>();
  const cognito = new CognitoIdentityProviderClient({
    region: outputs.Region,
    endpoint: outputs.CognitoEndpoint,
    credentials,
  });

  /** How often each name was asked for: a second try of a test gets new people. */
  const given = new Map<string, number>();

  async function person(name: string): Promise<Person> {
    const times = (given.get(name) ?? 0) + 1;
    given.set(name, times);
    const username = times === 1 ? `${name}-${run}` : `${name}-${run}-${times}`;
    const client = { ClientId: outputs.UserPoolClientId, Username: username };
    await cognito.send(
      new SignUpCommand({
        ...client,
        Password: password,
        UserAttributes: [
          { Name: 'email', Value: `${username}@example.com` },
          { Name: 'name', Value: `${name[0]?.toUpperCase()}${name.slice(1)}` },
        ],
      }),
    );
    await cognito.send(new AdminConfirmSignUpCommand({ UserPoolId: outputs.UserPoolId, Username: username }));
    return signIn({ username });
  }

  async function signIn({ username }: Pick<Person, 'username'>): Promise<Person> {
    const { AuthenticationResult } = await cognito.send(
      new InitiateAuthCommand({
        ClientId: outputs.UserPoolClientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: username, PASSWORD: password },
      }),
    );
    const { AccessToken: access = '', IdToken: id = '' } = AuthenticationResult ?? {};
    const created = new Person(outputs, username, { access, id });
    open.add(created);
    return created;
  }

  return {
    outputs,
    local,
    run,
    cognito,
    person,
    signIn,
    people: async <const Names extends readonly string[]>(...names: Names) =>
      (await Promise.all(names.map(person))) as { [Index in keyof Names]: Person },
    dataDirectory,
    settled: async () => local?.streams.idle(),
    stop: async () => {
      await Promise.all([...open].map((one) => one.leave()));
      cognito.destroy();
      await stop();
    },
  };
}
