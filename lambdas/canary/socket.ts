import { WebSocket } from 'ws';

/** Any event of the server. */
export interface Event {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface Socket {
  send(frame: object): void;
  /** The next event that matches, or one that came before. @throws Error when the socket has closed, or `signal` aborts */
  next(matches: (event: Event) => boolean): Promise<Event>;
  close(): void;
}

/** Opens a socket as a browser does, with the token in the subprotocol. @throws Error when it is refused, or `signal` aborts */
export async function openSocket(url: string, token: string, signal: AbortSignal): Promise<Socket> {
  const socket = new WebSocket(url, ['parley.v1', `token.${token}`]);
  const events: Event[] = [];
  let looking: () => void = () => {};
  /** Why nothing more will come. */
  let ended: Error | undefined;
  const end = (error: Error) => {
    ended ??= error;
    looking();
  };
  signal.addEventListener('abort', () => {
    end(new Error('nothing came in time'));
    socket.terminate();
  });
  // The error of a refused handshake has its status.
  socket.on('error', end);
  socket.on('close', (code) => end(new Error(`the socket was closed with ${code}`)));
  socket.on('message', (data) => {
    events.push(JSON.parse(String(data)));
    looking();
  });

  /** Resolves with the first value that `look` finds, now or after something has happened. */
  function until<Value>(look: () => Value | undefined): Promise<Value> {
    return new Promise((resolve, reject) => {
      looking = () => {
        const found = look();
        if (found !== undefined) resolve(found);
        else if (ended) reject(ended);
      };
      looking();
    });
  }

  socket.on('open', () => looking());
  await until(() => (socket.readyState === WebSocket.OPEN ? true : undefined));
  return {
    send: (frame) => socket.send(JSON.stringify(frame)),
    next: (matches) => until(() => events.find(matches)),
    close: () => socket.close(),
  };
}
