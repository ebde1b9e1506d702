/**
 * The engine checks no signature and listens on a port, so everybody on the machine could read and write the tables. On Linux it therefore
 * listens in a network namespace of its own, which nobody else can reach, and its keeper in there (keep-engine.mjs) passes connections to the
 * runtime.
 */
import { type ChildProcess, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { Socket } from 'node:net';
import { z } from 'zod';

/** Connects to a port of the engine's namespace. */
export type DialPort = (port: number) => Promise<Socket>;

/** Becomes part of a command: `unshare … node …` runs the program in a namespace without other programs. */
export const inNamespace = ['unshare', '--map-root-user', '--net'] as const;

const Answer = z.object({ id: z.number(), failed: z.string().optional() });

let possible: boolean | undefined;

/** Some systems allow namespaces to root alone, and some to nobody. */
export function canIsolate(): boolean {
  if (process.platform !== 'linux') return false;
  const [command, ...options] = inNamespace;
  possible ??= spawnSync(command, [...options, 'ip', 'link', 'set', 'lo', 'up'], { timeout: 5_000 }).status === 0;
  return possible;
}

/**
 * Where the engine listens without a namespace. On Linux all of 127.0.0.0/8 is this machine, so that a page that tries all ports does not
 * find it; other users of the machine can.
 */
export function hiddenHost(): string {
  if (process.platform !== 'linux') return '127.0.0.1';
  return `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`;
}

/** @param child its IPC channel leads to keep-engine.mjs */
export function createDialPort(child: ChildProcess): DialPort {
  const waiting = new Map<number, { resolve(socket: Socket): void; reject(error: Error): void }>();
  let asked = 0;
  const settle = (id: number) => {
    const one = waiting.get(id);
    waiting.delete(id);
    // Only while somebody waits, the channel keeps the process from ending.
    if (waiting.size === 0) child.channel?.unref();
    return one;
  };
  const failAll = () => {
    for (const id of [...waiting.keys()]) settle(id)?.reject(new Error('the engine has ended'));
  };
  child.on('message', (message, handle) => {
    const answer = Answer.safeParse(message);
    if (!answer.success) return;
    const { id, failed } = answer.data;
    const one = settle(id);
    if (handle instanceof Socket) one?.resolve(handle);
    else one?.reject(new Error(failed));
  });
  child.once('disconnect', failAll);
  child.channel?.unref();
  return (port) =>
    new Promise((resolve, reject) => {
      asked += 1;
      waiting.set(asked, { resolve, reject });
      if (!child.connected) return failAll();
      child.channel?.ref();
      child.send({ id: asked, port }, (error) => error && failAll());
    });
}
