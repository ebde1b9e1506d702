import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { createDialPort, inNamespace } from './isolation.ts';
import type { Run } from './keep-running.ts';

const keeper = fileURLToPath(new URL('./keep-engine.mjs', import.meta.url));
const startTimeoutMs = 15_000;

/**
 * Runs the engine once. A program of its own starts it, and ends it when this one ends or its channel closes (keep-engine.mjs).
 * @param options.host where it listens
 * @param options.token for its MCP server
 * @param options.isAlone in a network namespace of its own
 * @throws Error, one sentence, when it does not start
 */
export async function runEngine(options: {
  program: string;
  args: readonly string[];
  host: string;
  token: string;
  isAlone: boolean;
}): Promise<Run> {
  const { program, host, token, isAlone } = options;
  const [command = '', ...args] = [
    ...(isAlone ? inNamespace : []),
    ...[process.execPath, '--max-old-space-size=32', keeper, program, ...options.args],
  ];
  const child = spawn(command, args, {
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
  const dial = isAlone ? createDialPort(child) : (port: number) => dialHere(host, port);
  const output = collect(child);
  const pid = enginePid(child);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => {
      // Somebody has killed the keeper.
      if (signal) void pid.then(killIfRunning);
      resolve(output.err.trim().split('\n').at(-1)?.trim() || `exit ${code ?? signal}`);
    });
  });
  const end = () => {
    if (child.connected) child.disconnect();
  };
  await ready(output, ended, child, end);
  return {
    pid: await pid,
    dial,
    ended,
    async stop() {
      end();
      await ended;
    },
  };
}

async function dialHere(host: string, port: number): Promise<Socket> {
  const socket = connect(port, host);
  await once(socket, 'connect');
  return socket;
}

const Started = z.object({ engine: z.number() });

/** The keeper's first message. */
function enginePid(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('message', (message) => resolve(Started.parse(message).engine));
  });
}

function killIfRunning(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

/** What the engine has said so far. */
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
