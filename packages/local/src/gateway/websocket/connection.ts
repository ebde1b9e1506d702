import type { WebSocket } from 'ws';
import type { Context } from '#context';
import type { Visitor } from './visitor.ts';

/** How a connection ended, as `$disconnect` tells it. */
export interface Ending {
  readonly code: number;
  readonly reason: string;
}

/** An open connection. */
export interface Connection {
  readonly visitor: Visitor;
  /** Milliseconds since the epoch: the last message in either direction. */
  lastActiveAt(): number;
  /** Sends a text message. `false`: the client does not read, and what waits for it is too much already. */
  send(text: Buffer): boolean;
  /** Ends it from this side. */
  end(ending: Ending): void;
}

export interface ConnectionEvents {
  readonly message: (text: string) => void;
  /** The close handshake has begun: nothing can be posted any more. */
  readonly ending: () => void;
  readonly ended: (ending: Ending) => void;
}

/** Bytes and milliseconds. Source: AWS, "Quotas for configuring and running a WebSocket API". */
export const limits = {
  frame: 32 * 1024,
  message: 128 * 1024,
  idle: 10 * 60_000,
  duration: 2 * 60 * 60_000,
  /** Not documented by AWS: what may wait for one slow client before a post to it is refused. */
  sendBuffer: 1024 * 1024,
};

/** How long the client may take to answer a close frame. */
const closeGrace = 1_000;

/** What AWS was seen to say for a close frame without words. */
const reasons: Readonly<Record<number, string>> = {
  1000: 'Connection Closed Normally',
  1001: 'Going away',
  1005: 'Client-side close frame status not set',
};

/** Watches over an accepted socket: size, kind, idleness, age. */
export function openConnection(
  { clock, timeScale }: Pick<Context, 'clock' | 'timeScale'>,
  socket: WebSocket,
  visitor: Visitor,
  events: ConnectionEvents,
): Connection {
  let lastActiveAt = clock.now();
  let ours: Ending | undefined;

  const end = (ending: Ending) => {
    if (ours) return;
    ours = ending;
    events.ending();
    socket.close(ending.code, ending.reason);
    setTimeout(() => socket.terminate(), closeGrace).unref();
  };
  const goingAway = () => end({ code: 1001, reason: 'Going away' });
  const idle = setTimeout(goingAway, limits.idle / timeScale);
  const old = setTimeout(goingAway, limits.duration / timeScale);
  const touch = () => {
    lastActiveAt = clock.now();
    idle.refresh();
  };

  // Without a listener a frame that breaks the protocol would end the process.
  socket.on('error', (error) => end({ code: closeCodeOf(error), reason: '' }));
  socket.on('message', (data: Buffer, isBinary) => {
    if (ours) return;
    touch();
    if (isBinary) end({ code: 1003, reason: '' });
    else events.message(data.toString('utf8'));
  });
  socket.on('close', (code, reason) => {
    clearTimeout(idle);
    clearTimeout(old);
    if (!ours) events.ending();
    events.ended(ours ?? { code, reason: reason.toString('utf8') || (reasons[code] ?? '') });
  });

  return {
    visitor,
    lastActiveAt: () => lastActiveAt,
    end,
    send(text) {
      if (socket.bufferedAmount > limits.sendBuffer) return false;
      touch();
      // Larger messages travel in frames of at most 32 KB, in both directions.
      for (let at = 0; at === 0 || at < text.length; at += limits.frame) {
        const fin = at + limits.frame >= text.length;
        socket.send(text.subarray(at, at + limits.frame), { binary: false, fin });
      }
      return true;
    },
  };
}

/** `ws` has answered with this code already; `$disconnect` must tell the same. */
function closeCodeOf(error: Error & { code?: string }): number {
  if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return 1009;
  if (error.code === 'WS_ERR_INVALID_UTF8') return 1007;
  return error.code?.startsWith('WS_ERR_') ? 1002 : 1006;
}
