import { connect, type Socket } from 'node:net';
import { type EngineAnswer, readAnswer } from './http-answer.ts';

interface Request {
  readonly bytes: Buffer;
  readonly resolve: (answer: EngineAnswer) => void;
  readonly reject: (error: unknown) => void;
  readonly isRetry?: boolean;
}

interface Connection {
  readonly socket: Socket;
  /** False before its first answer. */
  used: boolean;
}

/** Requests above this number wait. The engine writes one after the other anyway. */
const maxConnections = 16;

/**
 * Connections to the engine that stay open, each with one request at a time. A chat message takes several requests, and Node's HTTP client
 * needs three times as much CPU for one: it is made for any server and any answer.
 */
export function openEngineConnections({ hostname, port }: URL): {
  /** @param bytes a whole HTTP request */
  send(bytes: Buffer): Promise<EngineAnswer>;
  stop(): void;
} {
  const open = new Set<Connection>();
  /** The last one is used first, so that few stay in use. */
  const idle: Connection[] = [];
  const waiting: Request[] = [];

  const openConnection = (): Connection => {
    const connection = { socket: connect(Number(port || 80), hostname), used: false };
    connection.socket.setNoDelay(true);
    // A request listens to errors itself. An idle connection that breaks is only forgotten.
    connection.socket.on('error', () => {});
    connection.socket.on('close', () => {
      open.delete(connection);
      if (idle.includes(connection)) idle.splice(idle.indexOf(connection), 1);
    });
    open.add(connection);
    return connection;
  };

  const runNext = () => {
    while (waiting.length > 0) {
      const connection = idle.pop() ?? (open.size < maxConnections ? openConnection() : undefined);
      const request = connection && waiting.shift();
      if (!connection || !request) return;
      run(request, connection);
    }
  };

  function run(request: Request, connection: Connection): void {
    const { socket } = connection;
    let chunks: Buffer[] = [];
    let received = 0;
    let expected = 0;
    const onData = (chunk: Buffer) => {
      chunks.push(chunk);
      received += chunk.length;
      if (received < expected) return;
      const bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks);
      const answer = readAnswer(bytes);
      if (typeof answer === 'number') {
        expected = answer;
        chunks = [bytes];
        return;
      }
      ignore();
      connection.used = true;
      if (answer.staysOpen) idle.push(connection);
      else socket.destroy();
      request.resolve(answer);
      runNext();
    };
    const onFailure = (error: unknown) => {
      ignore();
      open.delete(connection);
      socket.destroy();
      // The engine may close an idle connection just when it is used again. It has read nothing then, so a second try is safe.
      if (connection.used && received === 0 && !request.isRetry) run({ ...request, isRetry: true }, openConnection());
      else request.reject(error instanceof Error ? error : new Error('the connection was closed'));
      runNext();
    };
    const ignore = () => {
      socket.off('data', onData);
      socket.off('error', onFailure);
      socket.off('close', onFailure);
    };
    socket.on('data', onData);
    socket.on('error', onFailure);
    socket.on('close', onFailure);
    socket.write(request.bytes);
  }

  return {
    send: (bytes) =>
      new Promise((resolve, reject) => {
        waiting.push({ bytes, resolve, reject });
        runNext();
      }),
    stop() {
      for (const { socket } of open) socket.destroy();
    },
  };
}
