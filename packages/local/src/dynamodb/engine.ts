import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { writeAtomically } from '#files';
import { defaultNames, type SettingNames } from '#setting-names';
import { type EngineOptions, findEngine } from './find-engine.ts';

/** The running program that stores the tables. */
export interface Engine {
  /** The address of its DynamoDB and DynamoDB Streams APIs. It accepts any signature. */
  readonly url: string;
  /** The address and token for deleting expired items. Missing for an engine that runs elsewhere, which deletes them by itself. */
  readonly sweep?: { readonly url: string; readonly token: string };
  /** The engine's process id, if it was started here. */
  readonly pid?: number;
  /** Resolves with one sentence when the engine ends although nobody stopped it. */
  readonly died: Promise<string>;
  stop(): Promise<void>;
}

const startTimeoutMs = 15_000;

/**
 * Starts the DynamoDB engine alone, on a free port of 127.0.0.1, with its database in `<dataDirectory>/dynamodb`.
 * @throws Error, one sentence, when there is no engine or it does not start
 */
export async function startEngine(options: {
  dataDirectory: string;
  engine?: EngineOptions;
  settingNames?: SettingNames;
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
      return await startProgram(location.path, database);
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
 * program, `$@` its arguments.
 */
const supervisor = `
umask 077
exec 3<&0 </dev/null
"$0" "$@" 3<&- &
engine=$!
echo "$engine"
{ read -r _ <&3; kill "$engine"; sleep 2; kill -9 "$engine"; } >/dev/null 2>&1 &
watcher=$!
wait "$engine"
code=$?
kill "$watcher" 2>/dev/null
exit "$code"
`;

async function startProgram(program: string, database: string): Promise<Engine> {
  const [port, sweepPort] = await Promise.all([freePort(), freePort()]);
  const token = randomBytes(24).toString('hex');
  const child = spawn(
    'sh',
    ['-c', supervisor, program, 'serve', '--host', '127.0.0.1', '--port', `${port}`, '--db-path', database]
      // Expired items are deleted by a tool of the engine's MCP server, which needs the token.
      .concat('--mcp', '--mcp-host', '127.0.0.1', '--mcp-port', `${sweepPort}`),
    // In a process group of its own, because Ctrl-C would end it before the runtime has finished its work.
    { detached: true, stdio: 'pipe', env: { ...process.env, DYNOXIDE_MCP_AUTH_TOKEN: token } },
  );
  child.stdin.on('error', () => {});
  let stopping = false;
  const output = collect(child);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) =>
      resolve(output.err.trim().split('\n').at(-1)?.trim() || `exit ${code ?? signal}`),
    );
  });
  const died = new Promise<string>((resolve) => {
    void ended.then((reason) => {
      if (!stopping) resolve(`DynamoDB's engine has stopped (${reason}); start again, what was stored is kept`);
    });
  });
  const pid = await ready(output, ended, child);
  return {
    url: `http://127.0.0.1:${port}`,
    sweep: { url: `http://127.0.0.1:${sweepPort}/mcp`, token },
    pid,
    died,
    async stop() {
      stopping = true;
      child.stdin.end();
      await ended;
    },
  };
}

/** A port of 127.0.0.1 that is free at this moment. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
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
