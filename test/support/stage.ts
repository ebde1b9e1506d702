import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { LocalOptions, LocalRuntime } from '@parley/local';
import { LocalOutputs } from '#bin/local-outputs';
import type { Services } from '#lambdas/runtime/services';
import type { NewUser } from '#lambdas/store/user';
import { limits } from '#protocol/limits';
import { Person } from './person.ts';
import { tokenSigner } from './sign-token.ts';
import type { Socket } from './socket.ts';

/** A served stack to measure on, and what is needed to prepare data there. */
export interface Stage {
  readonly runtime: LocalRuntime;
  /** The served cloud assembly. */
  readonly assemblyDirectory: string;
  /** For the functions of `lambdas/store`, with the root credentials, so that no role limits what a test prepares. */
  readonly store: Pick<Services, 'table' | 'now' | 'config'>;
  /** A user for `createUser`, whom the tokens of `person` may use. */
  newUser(username: string): NewUser;
  /** A user with a token of the pool who has not signed up. */
  person(username: string): Promise<Person>;
  /** Closes all sockets. */
  stop(): Promise<void>;
}

export async function openStage(
  runtime: LocalRuntime,
  { assemblyDirectory }: Pick<LocalOptions, 'assemblyDirectory'>,
): Promise<Stage> {
  const outputs = LocalOutputs.parse(runtime.outputs);
  const [table] = runtime.stack.ofType('AWS::DynamoDB::Table');
  if (!table) throw new Error('unable to measure; the stack has no table');
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      region: outputs.Region,
      endpoint: `${runtime.origin}/_aws/dynamodb`,
      credentials: runtime.rootCredentials,
    }),
    { marshallOptions: { removeUndefinedValues: true } },
  );
  const name = runtime.stack.ref(table.logicalId);
  const sign = await tokenSigner(runtime);
  const people: Person[] = [];
  return {
    runtime,
    assemblyDirectory,
    store: {
      table: { client, name },
      now: Date.now,
      config: {
        tableName: name,
        bucketName: '',
        callbackUrl: '',
        httpUrl: '',
        retentionDays: 0,
        sends: limits.sends,
        inlineMembers: 100,
        fanOutFunction: '',
        fileBytesPerDay: limits.fileBytesPerDay,
        friendsFirst: false,
        invitations: true,
        roomMakers: 'open',
        directory: 'everybody',
        presence: 'everybody',
        push: { publicKey: undefined, fcm: false, endpoints: [] },
      },
    },
    newUser: (username) => ({ username, name: username, issuer: outputs.UserPoolId, sub: username }),
    async person(username) {
      const person = new Person(outputs, username, { access: await sign(username), id: '' });
      people.push(person);
      return person;
    },
    async stop() {
      await Promise.all(people.map((person) => person.leave()));
      client.destroy();
    },
  };
}

/** Resolves when everything that was sent to this socket has arrived: a server's frames stay in order. */
export async function arrived({ raw }: Socket): Promise<void> {
  const pong = new Promise<void>((resolve) => raw.once('pong', () => resolve()));
  raw.ping();
  await pong;
}

/** Runs a function for all, `size` at a time. */
export async function inBatches<T, R>(all: readonly T[], size: number, run: (one: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (let start = 0; start < all.length; start += size) {
    done.push(...(await Promise.all(all.slice(start, start + size).map(run))));
  }
  return done;
}
