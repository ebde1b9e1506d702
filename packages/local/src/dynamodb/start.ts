import type { Context, Service } from '../context.ts';
import { startEngine } from './engine.ts';
import { createEngineClient } from './engine-client.ts';
import { createProxy } from './proxy.ts';
import { ensureTables } from './tables.ts';
import { startTtl } from './ttl.ts';

export interface DynamoDb extends Service {
  /** The engine behind the border, where nothing is verified: for the streams alone. */
  readonly engineUrl: string;
  /** Undefined when it was not started here. */
  readonly enginePid: number | undefined;
  /** Calls the listener after every write, so that streams need not wait for their next poll. Returns how to end that. */
  onWrite(listener: () => void): () => void;
  /** Deletes expired items now; returns how many. It happens by itself about once a minute. */
  sweepExpired(): Promise<number>;
  /** Brings the tables to what the stack says now. */
  reload(): Promise<void>;
  /** Resolves with one sentence when the engine ends without being told to: nothing works from then on. */
  readonly died: Promise<string>;
}

/** DynamoDB under `/_aws/dynamodb`: SigV4 and IAM checked here, stored by the engine, tables as the template has them. */
export async function startDynamoDb(context: Context): Promise<DynamoDb> {
  const engine = await startEngine({ dataDirectory: context.dataDirectory });
  const client = createEngineClient(engine.url);
  const reload = () => ensureTables(context.stack, client);
  try {
    await reload();
  } catch (error) {
    client.stop();
    await engine.stop();
    throw error;
  }
  const listeners = new Set<() => void>();
  const announce = () => {
    for (const listener of listeners) listener();
  };
  const ttl = startTtl({
    engine,
    timeScale: context.timeScale,
    log: context.log,
    onDeleted: (items) => {
      context.counters.count('dynamodb.expired', items);
      announce();
    },
  });
  void engine.died.then(context.log);
  return {
    engineUrl: engine.url,
    enginePid: engine.pid,
    died: engine.died,
    handle: createProxy(context, client, announce),
    sweepExpired: ttl.sweep,
    reload,
    onWrite(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async stop() {
      await ttl.stop();
      client.stop();
      await engine.stop();
    },
  };
}
