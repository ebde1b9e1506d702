import { overHttp } from '#answer';
import type { Context, Service } from '#context';
import type { SettingNames } from '#setting-names';
import { startEngine } from './engine.ts';
import { createEngineClient, type EngineAddress } from './engine-client.ts';
import type { EngineOptions } from './find-engine.ts';
import { createProxy } from './proxy.ts';
import { ensureTables } from './tables.ts';
import { startTtl } from './ttl.ts';

export interface DynamoDb extends Service {
  /** The engine's own address, which accepts any signature. Only the streams use it. */
  readonly engine: EngineAddress;
  /** Of the engine that runs now. Undefined when it was not started here. */
  readonly enginePid: number | undefined;
  /** Calls the listener after every write, so that streams do not wait for their next poll. Returns a function that removes it. */
  onWrite(listener: () => void): () => void;
  /** Deletes expired items now and returns their number. This also happens about once a minute. */
  sweepExpired(): Promise<number>;
  /** Updates the tables after the stack has changed. */
  reload(): Promise<void>;
  /** Resolves with one sentence when the engine has ended by itself and does not start again. Nothing works from then on. */
  readonly died: Promise<string>;
}

/** DynamoDB under `/_aws/dynamodb`, with the template's tables. Signatures and permissions are checked here; the engine stores the items. */
export async function startDynamoDb(
  context: Context,
  options: { engine?: EngineOptions; settingNames?: SettingNames } = {},
): Promise<DynamoDb> {
  const engine = await startEngine({ dataDirectory: context.dataDirectory, isolated: true, ...options });
  const client = createEngineClient(engine);
  const reload = () => ensureTables(context.stack, client);
  try {
    await reload();
  } catch (error) {
    client.stop();
    await engine.stop();
    throw error;
  }
  const listeners = new Set<() => void>();
  const notifyListeners = () => {
    for (const listener of listeners) listener();
  };
  const ttl = startTtl({
    engine,
    timeScale: context.timeScale,
    log: context.log,
    onDeleted: (items) => {
      context.counters.count('dynamodb.expired', items);
      notifyListeners();
    },
  });
  void engine.died.then(context.log);
  engine.onRestart((sentence) => {
    context.counters.count('dynamodb.restarts');
    context.log(sentence);
  });
  const answer = createProxy(context, client, { onWrite: notifyListeners, pid: () => engine.pid });
  return {
    engine,
    get enginePid() {
      return engine.pid;
    },
    died: engine.died,
    answer,
    handle: overHttp(answer),
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
