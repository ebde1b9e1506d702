/**
 * The behaviour suite talks to a stack through its outputs alone: the one that `PARLEY_OUTPUTS` names (a file as `cdk deploy --outputs-file`
 * writes it; credentials and region as for any AWS tool), or, without it, the synthesized stack served by the local runtime.
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
  /** The runtime that serves it; undefined where the stack is deployed. */
  readonly local: LocalRuntime | undefined;
  /** Different for every run, so that one deployed stack can be tested again and again. */
  readonly run: string;
  readonly cognito: CognitoIdentityProviderClient;
  /** Somebody new, signed up, confirmed and signed in; called `<name>-<run>`. */
  person(name: string): Promise<Person>;
  people<const Names extends readonly string[]>(...names: Names): Promise<{ [Index in keyof Names]: Person }>;
  /** Where the local runtime keeps its state. */
  readonly dataDirectory: string | undefined;
  /** Resolves when the stream's consumers have seen everything; only where the runtime is ours. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** One for all files that a process runs: people and groups of one run are unknown to another, as on a deployed stack. */
let shared: ReturnType<typeof serve> | undefined;

/**
 * Without options this is a run of its own on a runtime that other files have used or will use; with options, of nobody else's.
 * What a test changes of a shared one it gives back, except for the faults.
 */
export async function startChat(options?: Partial<LocalOptions>): Promise<Chat> {
  const file = process.env.PARLEY_OUTPUTS;
  if (file) return chatOn(Outputs.parse(JSON.parse(readFileSync(file, 'utf8')).Parley));

  if (options) {
    const { local, dataDirectory } = await serve(options);
    return chatOn(Outputs.parse(local.outputs), {
      ...{ local, dataDirectory, credentials: local.rootCredentials },
      async stop() {
        await local.stop();
        if (!process.env.PARLEY_KEEP) rmSync(dataDirectory, { recursive: true, force: true });
      },
    });
  }
  // It ends with the process, and its data with the folder.
  shared ??= serve({});
  const { local, dataDirectory } = await shared;
  const faults = { ...local.faults };
  return chatOn(Outputs.parse(local.outputs), {
    ...{ local, dataDirectory, credentials: local.rootCredentials },
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
    // Hundreds of people sign up here, whose passwords nobody would want to guess.
    passwordCost: 1_024,
    ...options,
  });
  return { local, dataDirectory };
}

/** A stack that is being served already. @param ours what goes with it where we serve it; `credentials` else come from the surroundings */
export function chatOn(
  outputs: Outputs,
  ours: Partial<Pick<Chat, 'local' | 'dataDirectory' | 'stop'>> & { readonly credentials?: Credentials } = {},
): Chat {
  const { local, dataDirectory, credentials, stop = async () => {} } = ours;
  const run = randomUUID().slice(0, 6);
  const open = new Set<Person>();
  const cognito = new CognitoIdentityProviderClient({
    region: outputs.Region,
    ...(outputs.CognitoEndpoint ? { endpoint: outputs.CognitoEndpoint } : {}),
    ...(credentials ? { credentials } : {}),
  });

  async function person(name: string): Promise<Person> {
    const username = `${name}-${run}`;
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
    const { AuthenticationResult } = await cognito.send(
      new InitiateAuthCommand({
        ClientId: outputs.UserPoolClientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: username, PASSWORD: password },
      }),
    );
    const { AccessToken: access = '', IdToken: id = '' } = AuthenticationResult ?? {};
    const made = new Person(outputs, username, { access, id });
    open.add(made);
    return made;
  }

  return {
    outputs,
    local,
    run,
    cognito,
    person,
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
