import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '#write-whole';
import { findEngine } from './find-engine.ts';
import { freePort } from './free-port.ts';
import { newDatabase } from './new-database.ts';

/** The program that stores the tables, running. */
export interface Engine {
  /** Its DynamoDB and DynamoDB Streams API; nothing is verified there, so it is for the runtime alone. */
  readonly url: string;
  /** The address and token of its TTL sweep, where it has one: an engine that runs elsewhere sweeps by itself. */
  readonly sweep?: { readonly url: string; readonly token: string };
  /** Process id of the engine that was started here. */
  readonly pid?: number;
  /** Resolves with one sentence when the engine ends without being told to. */
  readonly died: Promise<string>;
  stop(): Promise<void>;
}

const readyWithin = 15_000;

/**
 * Starts the engine on a free loopback port with its database in `<dataDirectory>/dynamodb`.
 * @throws Error, one sentence, when there is none or it does not come up
 */
export async function startEngine(options: {
  dataDirectory: string;
  environment?: NodeJS.ProcessEnv;
}): Promise<Engine> {
  const location = findEngine(options.environment ?? process.env);
  if (location.kind === 'endpoint') {
    return { url: location.url, died: new Promise(() => {}), stop: async () => {} };
  }
  const folder = join(options.dataDirectory, 'dynamodb');
  mkdirSync(folder, { recursive: true });
  const database = join(folder, 'tables.db');
  if (!existsSync(database)) await writeWhole(database, newDatabase());
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startProgram(location.path, database);
    } catch (error) {
      // Between finding a free port and listening on it, somebody else may take it.
      if (attempt === 3) throw error;
    }
  }
}

/*
 * The engine must not outlive the runtime: two engines would share one database, and a port would stay taken. A process killed with -9
 * can clean up nothing, but the system closes its pipes. So a shell stands between: it starts the engine, prints its id, and ends it as
 * soon as the pipe on its standard input closes, whatever the reason. `$0` is the program, `$@` its arguments. It ends politely first and
 * by force 2 s later; the database survives both.
 */
const keeper = `
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
    ['-c', keeper, program, 'serve', '--host', '127.0.0.1', '--port', `${port}`, '--db-path', database]
      // The sweep of expired items is a tool of the engine's MCP server: on loopback, and only for who has the token.
      .concat('--mcp', '--mcp-host', '127.0.0.1', '--mcp-port', `${sweepPort}`),
    // A session of its own: Ctrl-C goes to every process of the terminal's group, and the runtime still has to finish its work.
    { detached: true, stdio: 'pipe', env: { ...process.env, DYNOXIDE_MCP_AUTH_TOKEN: token } },
  );
  child.stdin.on('error', () => {});
  let stopping = false;
  const output = collect(child);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(output.lastLine() || `exit ${code ?? signal}`));
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

interface Output {
  /** Both streams so far. */
  readonly text: () => { out: string; err: string };
  readonly lastLine: () => string;
  onData(listener: () => void): void;
}

function collect(child: ChildProcessWithoutNullStreams): Output {
  const seen = { out: '', err: '' };
  const listeners: (() => void)[] = [];
  const keep = (name: 'out' | 'err') => (chunk: Buffer) => {
    seen[name] = (seen[name] + chunk.toString()).slice(-4_000);
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', keep('out'));
  child.stderr.on('data', keep('err'));
  return {
    text: () => ({ ...seen }),
    lastLine: () => seen.err.trim().split('\n').at(-1)?.trim() ?? '',
    onData: (listener) => void listeners.push(listener),
  };
}

/** Resolves with the engine's process id once both its servers listen; it says so on stderr. */
function ready(output: Output, ended: Promise<string>, child: ChildProcessWithoutNullStreams): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      clearTimeout(timer);
      child.stdin.end();
      reject(new Error(`unable to start DynamoDB; its engine says: ${reason}`));
    };
    const timer = setTimeout(() => fail(`nothing for ${readyWithin / 1000} s`), readyWithin);
    const look = () => {
      const { out, err } = output.text();
      if (!/^Dynoxide listening on /m.test(err) || !/^MCP HTTP server listening on /m.test(err)) return;
      clearTimeout(timer);
      resolve(Number.parseInt(out, 10));
    };
    output.onData(look);
    void ended.then(fail);
  });
}
