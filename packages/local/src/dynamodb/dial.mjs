/**
 * Runs beside the engine, in its network namespace: connects to it, and passes the connections to the runtime (isolation.ts). A socket stays
 * in the namespace where it was made, whoever holds it.
 */
import { connect } from 'node:net';

process.on('disconnect', () => process.exit());
process.on('message', ({ id, port }) => {
  const socket = connect(port, '127.0.0.1');
  socket.once('error', ({ message }) => process.send({ id, failed: message }));
  socket.once('connect', () => process.send({ id }, socket));
});
