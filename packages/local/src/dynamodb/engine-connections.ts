import type { Socket } from 'node:net';
import { type EngineAnswer, readAnswer } from './http-answer.ts';

/**
 * Opens a connection to the engine. It may still be connecting.
 * @param afterLoss another connection has just ended in the middle of a request
 */
export type Dial = (afterLoss: boolean) => Socket | Promise<Socket>;

interface Request {
  readonly bytes: Buffer;
  /** It may be sent again although it may have been carried out: it writes nothing. */
  readonly isRead: boolean;
  readonly resolve: (answer: EngineAnswer) => void;
  readonly reject: (error: unknown) => void;
  readonly isRetry?: boolean;
}

/** Requests above this number wait. The engine writes one after the other anyway. */
const maxConnections = 16;

/**
 * Connections to the engine that stay open, each with one request at a time. A chat message takes several requests, and Node's HTTP client
 * needs three times as much CPU for one: it is made for any server and any answer.
 */
export function openEngineConnections(dial: Dial): {
  /**
   * Sends a request. If the connection ends before its answer, a read is sent once more. A write is not, because it may have been stored:
   * then, as of DynamoDB's internal errors, nobody knows, and who asked decides. What waits for a connection is sent when there is one.
   * @param bytes a whole HTTP request
   */
  send(bytes: Buffer, isRead: boolean): Promise<EngineAnswer>;
  stop(): void;
} {
  const open = new Set<Connection>();
  /** The last one is used first, so that few stay in use. */
  const idle: Connection[] = [];
  const waiting: Request[] = [];

  const runNext = () => {
    while (waiting.length > 0) {
      const connection = idle.pop() ?? (open.size < maxConnections ? openConnection() : undefined);
      const request = connection && waiting.shift();
      if (!connection || !request) return;
      connection.run(request);
    }
  };
  const openConnection = (afterLoss = false): Connection => {
    const connection = new Connection(dial(afterLoss), {
      onIdle() {
        idle.push(connection);
        runNext();
      },
      onClosed(unanswered) {
        open.delete(connection);
        if (idle.includes(connection)) idle.splice(idle.indexOf(connection), 1);
        if (unanswered) openConnection(true).run({ ...unanswered, isRetry: true });
        runNext();
      },
    });
    open.add(connection);
    return connection;
  };

  return {
    send: (bytes, isRead) =>
      new Promise((resolve, reject) => {
        waiting.push({ bytes, isRead, resolve, reject });
        runNext();
      }),
    stop() {
      for (const connection of open) connection.end();
    },
  };
}

class Connection {
  /** Undefined until there is one. */
  #socket: Socket | undefined;
  #hasEnded = false;
  readonly #onIdle: () => void;
  #request: Request | undefined;
  #chunks: Buffer[] = [];
  #received = 0;
  /** The answer has at least as many bytes. */
  #expected = 0;
  #error: unknown;

  /** @param events.onClosed `unanswered`: a request that may be sent again over another connection */
  constructor(
    dialled: Socket | Promise<Socket>,
    events: { onIdle: () => void; onClosed: (unanswered: Request | undefined) => void },
  ) {
    this.#onIdle = events.onIdle;
    if (dialled instanceof Promise) {
      dialled.then(
        (socket) => this.#use(socket, events.onClosed),
        (error: unknown) => {
          this.#error = error;
          events.onClosed(this.#giveUp());
        },
      );
    } else this.#use(dialled, events.onClosed);
  }

  #use(socket: Socket, onClosed: (unanswered: Request | undefined) => void): void {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', (error) => {
      this.#error = error;
    });
    socket.on('close', () => onClosed(this.#giveUp()));
    if (this.#hasEnded) socket.destroy();
    else if (this.#request) socket.write(this.#request.bytes);
  }

  run(request: Request): void {
    this.#request = request;
    this.#chunks = [];
    this.#received = 0;
    this.#expected = 0;
    this.#socket?.write(request.bytes);
  }

  end(): void {
    this.#hasEnded = true;
    this.#socket?.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#received += chunk.length;
    if (this.#received < this.#expected) return;
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    const answer = readAnswer(bytes);
    if (typeof answer === 'number') {
      this.#expected = answer;
      this.#chunks = [bytes];
      return;
    }
    const request = this.#request;
    this.#request = undefined;
    if (answer.staysOpen) this.#onIdle();
    else this.#socket?.destroy();
    request?.resolve(answer);
  }

  /** @returns a request that is sent again over another connection */
  #giveUp(): Request | undefined {
    const request = this.#request;
    this.#request = undefined;
    const wasSent = this.#socket !== undefined;
    if (request?.isRead && wasSent && !request.isRetry && !this.#hasEnded) return request;
    request?.reject(this.#error ?? new Error('the connection was closed'));
    return undefined;
  }
}
