import type { WebSocket } from 'ws';
import type { Context } from '#context';
import type { ConnectionMetadata } from './request-context.ts';

/** The close code and reason, as in the event of `$disconnect`. */
export interface CloseStatus {
  readonly code: number;
  readonly reason: string;
}

export interface Connection {
  readonly metadata: ConnectionMetadata;
  /** The time of the last message in either direction, in milliseconds since the epoch. */
  lastActiveAt(): number;
  /** Sends a text message. Returns false if the send buffer is full, because the client does not read. */
  send(text: Buffer): boolean;
  close(status: CloseStatus): void;
}

export interface ConnectionEvents {
  readonly message: (text: string) => void;
  /** The close handshake has begun: posts are no longer possible. */
  readonly closing: () => void;
  readonly closed: (status: CloseStatus) => void;
}

/** Bytes and milliseconds. Source: AWS, "Quotas for configuring and running a WebSocket API". */
export const limits = {
  frame: 32 * 1024,
  message: 128 * 1024,
  idle: 10 * 60_000,
  duration: 2 * 60 * 60_000,
  /** Not documented by AWS: how much may wait for one slow client before a post to it is refused. */
  sendBuffer: 1024 * 1024,
};

/** How long the client may take to answer a close frame. */
const closeTimeoutMs = 1_000;

/** AWS's reasons for a close frame without a reason, as observed. */
const reasons: Readonly<Record<number, string>> = {
  1000: 'Connection Closed Normally',
  1001: 'Going away',
  1005: 'Client-side close frame status not set',
};

/** Enforces the limits of an accepted socket: text messages only, idle time and duration. */
export function openConnection(
  { clock, timeScale }: Pick<Context, 'clock' | 'timeScale'>,
  socket: WebSocket,
  metadata: ConnectionMetadata,
  events: ConnectionEvents,
): Connection {
  let lastActiveAt = clock.now();
  let closedByUs: CloseStatus | undefined;

  const close = (status: CloseStatus) => {
    if (closedByUs) return;
    closedByUs = status;
    events.closing();
    socket.close(status.code, status.reason);
    setTimeout(() => socket.terminate(), closeTimeoutMs).unref();
  };
  const closeGoingAway = () => close({ code: 1001, reason: 'Going away' });
  const idleTimer = setTimeout(closeGoingAway, limits.idle / timeScale);
  const durationTimer = setTimeout(closeGoingAway, limits.duration / timeScale);
  const markActive = () => {
    lastActiveAt = clock.now();
    idleTimer.refresh();
  };

  // Without a listener, a frame that breaks the protocol would end the process.
  socket.on('error', (error) => close({ code: closeCodeOf(error), reason: '' }));
  socket.on('message', (data: Buffer, isBinary) => {
    if (closedByUs) return;
    markActive();
    if (isBinary) close({ code: 1003, reason: '' });
    else events.message(data.toString('utf8'));
  });
  socket.on('close', (code, reason) => {
    clearTimeout(idleTimer);
    clearTimeout(durationTimer);
    if (!closedByUs) events.closing();
    events.closed(closedByUs ?? { code, reason: reason.toString('utf8') || (reasons[code] ?? '') });
  });

  return {
    metadata,
    lastActiveAt: () => lastActiveAt,
    close,
    send(text) {
      if (socket.bufferedAmount > limits.sendBuffer) return false;
      markActive();
      // API Gateway sends and accepts frames of at most 32 KB.
      for (let at = 0; at === 0 || at < text.length; at += limits.frame) {
        const fin = at + limits.frame >= text.length;
        socket.send(text.subarray(at, at + limits.frame), { binary: false, fin });
      }
      return true;
    },
  };
}

/** The code with which `ws` closes after this error. `$disconnect` gets the same one. */
function closeCodeOf(error: Error & { code?: string }): number {
  if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return 1009;
  if (error.code === 'WS_ERR_INVALID_UTF8') return 1007;
  return error.code?.startsWith('WS_ERR_') ? 1002 : 1006;
}
