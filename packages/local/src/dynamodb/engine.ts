import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { writeAtomically } from '#files';
import { defaultNames, type SettingNames } from '#setting-names';
import { type EngineOptions, findEngine } from './find-engine.ts';
import { canIsolate, createDialPort, hiddenHost, inNamespace } from './isolation.ts';
import { keepRunning, type Run } from './keep-running.ts';

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

const startTimeoutMs = 15_000;

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

/*
 * The engine must not outlive the runtime: two engines would share one database, and a port would stay taken. A process that is killed
 * with -9 cannot clean up, but the system closes its pipes. So a shell runs the engine. It prints the engine's process id, and ends the
 * engine when its own standard input closes: with SIGTERM first, and with SIGKILL 2 s later. The database survives both. `$0` is the
 * program, `$@` its arguments. Where the shell has a namespace of its own, the program that passes connections runs beside the engine.
 * Descriptor 3 is its channel to the runtime.
 */
const supervisor = `
umask 077
exec 4<&0 </dev/null
dialer=
if [ -n "$LOCAL_DIALER" ]; then
  ip link set lo up || exit 1
  NODE_OPTIONS= "$LOCAL_NODE" --max-old-space-size=32 "$LOCAL_DIALER" 4<&- &
  dialer=$!
fi
exec 3<&-
"$0" "$@" 4<&- &
engine=$!
echo "$engine"
{ read -r _ <&4; kill "$engine"; sleep 2; kill -9 "$engine"; } >/dev/null 2>&1 &
watcher=$!
wait "$engine"
code=$?
kill "$watcher" $dialer 2>/dev/null
exit "$code"
`;

async function startProgram(program: string, database: string, isolated: boolean): Promise<Engine> {
  const isAlone = isolated && canIsolate();
  const host = isAlone || !isolated ? '127.0.0.1' : hiddenHost();
  const [port, sweepPort] = await Promise.all([freePort(host), freePort(host)]);
  const token = randomBytes(24).toString('hex');
  const [command = 'sh', ...args] = [...(isAlone ? inNamespace : []), 'sh', '-c', supervisor, program].concat(
    ['serve', '--host', host, '--port', `${port}`, '--db-path', database],
    // Expired items are deleted by a tool of the engine's MCP server, which needs the token.
    ['--mcp', '--mcp-host', host, '--mcp-port', `${sweepPort}`],
  );
  const kept = await keepRunning(() => run({ command, args, host, token, isAlone }));
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

async function run(options: {
  command: string;
  args: readonly string[];
  host: string;
  token: string;
  isAlone: boolean;
}): Promise<Run> {
  const { command, args, host, token, isAlone } = options;
  const child = spawn(command, args, {
    // In a process group of its own, because Ctrl-C would end it before the runtime has finished its work.
    detached: true,
    stdio: isAlone ? ['pipe', 'pipe', 'pipe', 'ipc'] : 'pipe',
    env: {
      ...process.env,
      DYNOXIDE_MCP_AUTH_TOKEN: token,
      LOCAL_NODE: process.execPath,
      LOCAL_DIALER: isAlone ? fileURLToPath(new URL('./dial.mjs', import.meta.url)) : '',
    },
  }) as ChildProcessWithoutNullStreams;
  const dial = isAlone ? createDialPort(child) : (port: number) => dialHere(host, port);
  child.stdin.on('error', () => {});
  const output = collect(child);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) =>
      resolve(output.err.trim().split('\n').at(-1)?.trim() || `exit ${code ?? signal}`),
    );
  });
  const pid = await ready(output, ended, child);
  return {
    pid,
    dial,
    ended,
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}

async function dialHere(host: string, port: number): Promise<Socket> {
  const socket = connect(port, host);
  await once(socket, 'connect');
  return socket;
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
  out: string;
  err: string;
}

function collect(child: ChildProcessWithoutNullStreams): Output {
  const output = { out: '', err: '' };
  const keep = (name: keyof Output) => (chunk: Buffer) => {
    output[name] = (output[name] + chunk.toString()).slice(-4_000);
  };
  child.stdout.on('data', keep('out'));
  child.stderr.on('data', keep('err'));
  return output;
}

/** Resolves with the engine's process id when both its servers listen, which it says on stderr. */
function ready(output: Output, ended: Promise<string>, child: ChildProcessWithoutNullStreams): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      clearTimeout(timer);
      child.stdin.end();
      reject(new Error(`unable to start DynamoDB; its engine says: ${reason}`));
    };
    const timer = setTimeout(() => fail(`nothing for ${startTimeoutMs / 1000} s`), startTimeoutMs);
    const look = () => {
      const { out, err } = output;
      if (!/^Dynoxide listening on /m.test(err) || !/^MCP HTTP server listening on /m.test(err)) return;
      clearTimeout(timer);
      resolve(Number.parseInt(out, 10));
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    void ended.then(fail);
  });
}
