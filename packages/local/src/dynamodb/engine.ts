import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { writeAtomically } from '#files';
import { defaultNames, type SettingNames } from '#setting-names';
import { type EngineOptions, findEngine } from './find-engine.ts';
import { canIsolate, createDialPort, hiddenHost, inNamespace } from './isolation.ts';

/** The running program that stores the tables. */
export interface Engine {
  /** The address of its DynamoDB and DynamoDB Streams APIs. It accepts any signature. */
  readonly url: string;
  /** Connects to it. Missing where its address leads there. */
  readonly dial?: () => Promise<Socket>;
  /** The address and token for deleting expired items. Missing for an engine that runs elsewhere, which deletes them by itself. */
  readonly sweep?: { readonly url: string; readonly token: string; readonly dial?: () => Promise<Socket> };
  /** The engine's process id, if it was started here. */
  readonly pid?: number;
  /** Resolves with one sentence when the engine ends although nobody stopped it. */
  readonly died: Promise<string>;
  stop(): Promise<void>;
}

const startTimeoutMs = 15_000;

/**
 * Starts the DynamoDB engine alone, on a free port of 127.0.0.1, with its database in `<dataDirectory>/dynamodb`.
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
    return { url: location.url, died: new Promise(() => {}), stop: async () => {} };
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

const keeper = fileURLToPath(new URL('./keep-engine.mjs', import.meta.url));

/** A program of its own starts the engine, and ends it when this one ends or its channel closes (keep-engine.mjs). */
async function startProgram(program: string, database: string, isolated: boolean): Promise<Engine> {
  const isAlone = isolated && canIsolate();
  const host = isAlone || !isolated ? '127.0.0.1' : hiddenHost();
  const [port, sweepPort] = await Promise.all([freePort(host), freePort(host)]);
  const token = randomBytes(24).toString('hex');
  const [command, ...args] = [
    ...(isAlone ? inNamespace : []),
    ...[process.execPath, '--max-old-space-size=32', keeper, program],
    ...['serve', '--host', host, '--port', `${port}`, '--db-path', database],
    // Expired items are deleted by a tool of the engine's MCP server, which needs the token.
    ...['--mcp', '--mcp-host', host, '--mcp-port', `${sweepPort}`],
  ];
  const child = spawn(command ?? '', args, {
    // In a process group of its own, because Ctrl-C would end it before the runtime has finished its work.
    detached: true,
    windowsHide: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      DYNOXIDE_MCP_AUTH_TOKEN: token,
      LOCAL_NAMESPACE: isAlone ? 'own' : '',
    },
  });
  const dialPort = isAlone ? createDialPort(child) : undefined;
  let stopping = false;
  const output = collect(child);
  const pid = enginePid(child);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => {
      // Somebody has killed the keeper.
      if (signal) void pid.then((engine) => killIfRunning(engine));
      resolve(output.err.trim().split('\n').at(-1)?.trim() || `exit ${code ?? signal}`);
    });
  });
  const died = new Promise<string>((resolve) => {
    void ended.then((reason) => {
      if (!stopping) resolve(`DynamoDB's engine has stopped (${reason}); start again, what was stored is kept`);
    });
  });
  const end = () => {
    if (child.connected) child.disconnect();
  };
  await ready(output, ended, child, end);
  return {
    url: `http://${host}:${port}`,
    ...(dialPort && { dial: () => dialPort(port) }),
    sweep: {
      url: `http://${host}:${sweepPort}/mcp`,
      token,
      ...(dialPort && { dial: () => dialPort(sweepPort) }),
    },
    pid: await pid,
    died,
    async stop() {
      stopping = true;
      end();
      await ended;
    },
  };
}

/** The keeper's first message. */
function enginePid(keeper: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    keeper.once('message', (message) => resolve(Started.parse(message).engine));
  });
}

const Started = z.object({ engine: z.number() });

function killIfRunning(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
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

/** What the engine has printed so far. */
interface Output {
  err: string;
}

function collect({ stdout, stderr }: ChildProcess): Output {
  const output = { err: '' };
  stdout?.resume();
  stderr?.on('data', (chunk: Buffer) => {
    output.err = (output.err + chunk.toString()).slice(-4_000);
  });
  return output;
}

/** Resolves when both servers of the engine listen, which it says on stderr. */
function ready(output: Output, ended: Promise<string>, { stderr }: ChildProcess, end: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      clearTimeout(timer);
      end();
      reject(new Error(`unable to start DynamoDB; its engine says: ${reason}`));
    };
    const timer = setTimeout(() => fail(`nothing for ${startTimeoutMs / 1000} s`), startTimeoutMs);
    stderr?.on('data', () => {
      const { err } = output;
      if (!/^Dynoxide listening on /m.test(err) || !/^MCP HTTP server listening on /m.test(err)) return;
      clearTimeout(timer);
      resolve();
    });
    void ended.then(fail);
  });
}
