import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Resource } from '#assembly/stack';
import type { Clock } from '#clock';
import type { Context } from '#context';
import { type Attempts, createAttempts } from './attempts.ts';
import { type Challenges, createChallenges } from './challenges.ts';
import { type ClientSecrets, openClientSecrets } from './client-secrets.ts';
import type { ClientSettings } from './client-settings.ts';
import { type Groups, openGroups } from './groups.ts';
import { createMailbox, type Mailbox } from './mail.ts';
import { type PoolSettings, poolSettings } from './pool-settings.ts';
import { openSigningKeys, type SigningKeys } from './signing-keys.ts';
import { createTokens, type Tokens } from './tokens.ts';
import { createTriggers, type Triggers } from './triggers.ts';
import type { User } from './user.ts';
import { openUserStore, type UserStore } from './user-store.ts';

/** The part of a pool that a reload of the stack does not change. */
export interface PoolState {
  /** AWS's, since verifiers compute it from the pool's id. The documents below it are answered here. */
  readonly issuer: string;
  readonly users: UserStore;
  readonly keys: SigningKeys;
  readonly secrets: ClientSecrets;
  readonly tokens: Tokens;
  readonly attempts: Attempts;
  readonly mailbox: Mailbox;
  readonly groups: Groups;
  readonly challenges: Challenges;
  /** What the simulated answers to SRP of users who do not exist depend on. */
  readonly srpSeed: string;
}

export interface Pool extends PoolState {
  readonly id: string;
  readonly arn: string;
  readonly settings: PoolSettings;
  readonly clients: ReadonlyMap<string, ClientSettings>;
  readonly triggers: Triggers;
  readonly clock: Clock;
  readonly passwordCost: number | undefined;
}

/** Opens `<data>/cognito/<pool>/`, which has `users/` with a file per user, `groups.json`, `signing-keys.json` and `client-secrets.json`. */
export async function openPoolState(poolId: string, context: Context): Promise<PoolState> {
  const { dataDirectory, stack, clock, log } = context;
  const directory = join(dataDirectory, 'cognito', poolId);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const issuer = `https://cognito-idp.${stack.region}.amazonaws.com/${poolId}`;
  const keys = await openSigningKeys(join(directory, 'signing-keys.json'));
  return {
    issuer,
    keys,
    users: await openUserStore(join(directory, 'users'), ({ sub }) => [sub]),
    secrets: await openClientSecrets(join(directory, 'client-secrets.json')),
    tokens: createTokens(keys, issuer, clock),
    attempts: createAttempts(clock),
    mailbox: createMailbox(join(dataDirectory, 'mail'), clock, log),
    groups: await openGroups(join(directory, 'groups.json')),
    challenges: createChallenges(clock),
    srpSeed: createHash('sha256')
      .update(keys.id.privateKey.export({ type: 'pkcs8', format: 'der' }))
      .digest('hex'),
  };
}

/** Combines a pool's state with its settings in the current template. */
export async function assemblePool(
  resource: Resource,
  clients: readonly ClientSettings[],
  state: PoolState,
  context: Context,
): Promise<Pool> {
  const { stack, clock, passwordCost } = context;
  const id = stack.ref(resource.logicalId);
  const arn = stack.arn(resource.logicalId);
  const settings = poolSettings(resource);
  const poolClients = clients.filter((client) => client.poolId === id);
  state.users.reindex((user) => handles(user, settings));
  const groups = stack
    .ofType('AWS::Cognito::UserPoolGroup')
    .filter(({ properties }) => properties.UserPoolId === id)
    .map(({ logicalId, properties }) => ({ logicalId, properties, name: stack.ref(logicalId) }));
  await state.groups.deploy(groups, clock.now());
  await state.secrets.ensure(poolClients.filter((client) => client.hasSecret).map((client) => client.id));
  return {
    ...state,
    id,
    arn,
    settings,
    clients: new Map(poolClients.map((client) => [client.id, client])),
    triggers: createTriggers({ id, arn, triggers: settings.triggers }, context),
    clock,
    passwordCost,
  };
}

/** Lower-cases the name in a pool with `CaseSensitive: false`. */
export function normalName(name: string, { caseSensitive }: Pick<PoolSettings, 'caseSensitive'>): string {
  return caseSensitive ? name : name.toLowerCase();
}

/**
 * All names that identify the user: user name, `sub`, username attributes and aliases. An email address or phone number is only an alias
 * after verification (developer guide, "Customizing sign-in attributes").
 */
function handles(user: User, settings: PoolSettings): string[] {
  const given = (name: string) => user.attributes[name] || undefined;
  const aliases = settings.aliases.filter(
    (name) => name === 'preferred_username' || given(`${name}_verified`) === 'true',
  );
  const values = [...settings.usernameAttributes, ...aliases].map(given).filter((value) => value !== undefined);
  return [user.sub, user.username, ...values].map((name) => normalName(name, settings));
}

/** @param name a user name, `sub` or alias */
export const findUser = (pool: Pool, name: string): User | undefined =>
  pool.users.byHandle(normalName(name, pool.settings));
