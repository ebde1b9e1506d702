import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { writeAtomically } from '#files';
import { defaultNames, type SettingNames } from '#setting-names';
import { type EngineOptions, findEngine } from './find-engine.ts';
import { canIsolate, hiddenHost } from './isolation.ts';
import { keepRunning } from './keep-running.ts';
import { runEngine } from './run-engine.ts';

/** The running program that stores the tables. */
export interface Engine {
  /** The address of its DynamoDB and DynamoDB Streams APIs. It accepts any signature. */
  readonly url: string;
  /** Connects to it. Missing for an engine that runs elsewhere: its address leads there. */
  readonly dial?: (afterLoss?: boolean) => Promise<Socket>;
  /** The address and token for deleting expired items. Missing for an engine that runs elsewhere, which deletes them by itself. */
  readonly sweep?: { readonly url: string; readonly token: string; readonly dial?: () => Promise<Socket> };
  /** The engine's process id, if it was started here. Another one after it has ended and started again. */
  readonly pid?: number;
  /** Resolves with one sentence when the engine has ended although nobody stopped it, and does not start again. */
  readonly died: Promise<string>;
  /** Calls the listener with one sentence after each time that the engine has ended by itself and started again. */
  onRestart(listener: (sentence: string) => void): void;
  stop(): Promise<void>;
}

/**
 * Starts the DynamoDB engine alone, on a free port of 127.0.0.1, with its database in `<dataDirectory>/dynamodb`. It is started again when it
 * ends by itself.
 * @param options.isolated out of reach of other programs, where the system can: then `dial` alone leads to it
 * @throws Error, one sentence, when there is no engine or it does not start
 */
export async function startEngine(options: {
  dataDirectory: string;
  engine?: EngineOptions;
  settingNames?: SettingNames;
  isolated?: boolean;
}): Promise<Engine> {
  const location = findEngine(options.engine, options.settingNames ?? defaultNames);
  if (location.kind === 'endpoint') {
    return { url: location.url, died: new Promise(() => {}), onRestart: () => {}, stop: async () => {} };
  }
  const folder = join(options.dataDirectory, 'dynamodb');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const database = join(folder, 'tables.db');
  if (!existsSync(database)) await writeAtomically(database, newDatabase());
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startProgram(location.path, database, options.isolated ?? false);
    } catch (error) {
      // Another process may have taken the free port in the meantime.
      if (attempt === 3) throw error;
    }
  }
}

/**
 * The first database of a new data folder: the engine's own empty tables, and an index that the engine does not make. It finds the next
 * number of a stream's record with `SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records WHERE table_name = …`, and it keeps
 * all records. Without the index a write took 50 ms after 30,000 records.
 *
 * Made by starting dynoxide 1.2.1 on a new file, ending it, and
 * `sqlite3 <file> 'CREATE INDEX _stream_order ON _stream_records (table_name, CAST(sequence_number AS INTEGER)); PRAGMA journal_mode = DELETE; VACUUM'`.
 */
function newDatabase(): Buffer {
  return gunzipSync(readFileSync(new URL('./new-database.gz', import.meta.url)));
}

async function startProgram(program: string, database: string, isolated: boolean): Promise<Engine> {
  const isAlone = isolated && canIsolate();
  const host = isAlone || !isolated ? '127.0.0.1' : hiddenHost();
  const [port, sweepPort] = await Promise.all([freePort(host), freePort(host)]);
  const token = randomBytes(24).toString('hex');
  const args = [
    ...['serve', '--host', host, '--port', `${port}`, '--db-path', database],
    // Expired items are deleted by a tool of the engine's MCP server, which needs the token.
    ...['--mcp', '--mcp-host', host, '--mcp-port', `${sweepPort}`],
  ];
  const kept = await keepRunning(() => runEngine({ program, args, host, token, isAlone }));
  return {
    url: `http://${host}:${port}`,
    dial: (afterLoss) => kept.dial(port, afterLoss),
    sweep: { url: `http://${host}:${sweepPort}/mcp`, token, dial: () => kept.dial(sweepPort) },
    get pid() {
      return kept.pid;
    },
    died: kept.died,
    onRestart: kept.onRestart,
    stop: kept.stop,
  };
}

/** A port that is free at this moment. */
async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
