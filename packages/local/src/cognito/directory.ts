import type { Context } from '#context';
import { type ClientSettings, clientSettings } from './client-settings.ts';
import { CognitoError, notAuthorized } from './errors.ts';
import { assemblePool, openPoolState, type Pool, type PoolState } from './pool.ts';

/** The user pools of the current stack. */
export interface Directory {
  /** @throws CognitoError ResourceNotFoundException */
  pool(id: string): Promise<Pool>;
  /** @throws CognitoError ResourceNotFoundException */
  client(id: string): Promise<{ pool: Pool; client: ClientSettings }>;
  /** The pool of a token's `iss` claim, which is not verified here. @throws CognitoError NotAuthorizedException */
  findIssuer(token: string): Promise<Pool>;
  /** Resolves when all started writes are on disk. */
  idle(): Promise<void>;
}

/** Opens the pools. After a reload of the stack, the next request uses the new settings. Users stay. */
export async function openDirectory(context: Context): Promise<Directory> {
  const states = new Map<string, PoolState>();

  async function load(): Promise<Map<string, Pool>> {
    const { stack } = context;
    const clients = stack
      .ofType('AWS::Cognito::UserPoolClient')
      .map((resource) => clientSettings(resource, stack.ref(resource.logicalId)));
    const pools = new Map<string, Pool>();
    for (const resource of stack.ofType('AWS::Cognito::UserPool')) {
      const id = stack.ref(resource.logicalId);
      const state = states.get(id) ?? (await openPoolState(id, context));
      states.set(id, state);
      pools.set(id, await assemblePool(resource, clients, state, context));
    }
    return pools;
  }

  let loaded = { stack: context.stack, pools: load() };
  await loaded.pools;

  function pools(): Promise<Map<string, Pool>> {
    if (loaded.stack !== context.stack) {
      // One load after another, because concurrent loads would open the same files twice.
      loaded = { stack: context.stack, pools: loaded.pools.then(load, load) };
    }
    return loaded.pools;
  }

  return {
    async pool(id) {
      const pool = (await pools()).get(id);
      if (!pool) throw new CognitoError('ResourceNotFoundException', `User pool ${id} does not exist.`);
      return pool;
    },
    async client(id) {
      for (const pool of (await pools()).values()) {
        const client = pool.clients.get(id);
        if (client) return { pool, client };
      }
      throw new CognitoError('ResourceNotFoundException', `User pool client ${id} does not exist.`);
    },
    async findIssuer(token) {
      const issuer = issuerClaim(token);
      const pool = [...(await pools()).values()].find((candidate) => candidate.issuer === issuer);
      if (!pool) throw notAuthorized('Invalid Access Token');
      return pool;
    },
    async idle() {
      await Promise.all([...states.values()].map((state) => state.users.idle()));
    },
  };
}

function issuerClaim(token: string): unknown {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    return typeof claims === 'object' && claims !== null && 'iss' in claims ? claims.iss : undefined;
  } catch {
    return undefined;
  }
}
