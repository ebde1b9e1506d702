/**
 * Keeps the engine: `node keep-engine.mjs <program> [arguments]`, with a channel to the runtime. It starts the engine and ends it when the
 * runtime is gone. The engine must not outlive the runtime: two engines would share one database, and a port would stay taken. A process
 * that is killed with -9 cannot clean up, but on every system its channel closes.
 *
 * In a network namespace of its own (isolation.ts) it also connects to the engine and passes the connections to the runtime: a socket stays
 * in the namespace where it was made, whoever holds it.
 */
import { spawn, spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { constants } from 'node:os';

const [program, ...args] = process.argv.slice(2);
// What the engine writes is for the person who runs it.
process.umask(0o077);
if (process.env.LOCAL_NAMESPACE && spawnSync('ip', ['link', 'set', 'lo', 'up']).status !== 0) process.exit(1);

const engine = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'], windowsHide: true });
engine.once('error', ({ message }) => {
  console.error(message);
  process.exit(1);
});
engine.once('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
process.on('exit', () => engine.kill('SIGKILL'));

process.on('message', ({ id, port }) => {
  const socket = connect(port, '127.0.0.1');
  socket.once('error', ({ message }) => tell({ id, failed: message }));
  socket.once('connect', () => tell({ id }, socket));
});
process.on('disconnect', end);
if (process.connected) tell({ engine: engine.pid });
else end();

/** The database survives both. */
function end() {
  engine.kill('SIGTERM');
  setTimeout(() => engine.kill('SIGKILL'), 2_000);
}

function tell(message, handle) {
  // The runtime may be gone, which `disconnect` says.
  process.send?.(message, handle, () => {});
}
