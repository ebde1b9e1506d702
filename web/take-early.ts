/** Hands what `start-early.ts` has begun to the page, each thing once; without it, or for another user, the page begins it itself. */
import type { SocketConstructor } from '@parley/client';

export function loadConfigFile(): Promise<Response> {
  const early = globalThis.parleyEarly;
  const begun = early?.config;
  if (early) early.config = undefined;
  return begun ?? fetch('/config.json');
}

/** For `createChat`. */
export const earlyWebSocket = new Proxy(WebSocket, {
  construct(Target, [url, protocols]: [string, string[]]) {
    return takeSocket(url, protocols) ?? new Target(url, protocols);
  },
}) as SocketConstructor;

/** The client gives a request up after 30 s. */
const mostSeconds = 20;

/**
 * For `createChat`. Who has asked for too much is told for how many seconds to wait: what is only read is asked for again then, so that no view of the
 * page has to say so.
 */
export const earlyFetch: typeof fetch = async (input, init) => {
  const response = await (takeAnswer(input, init) ?? fetch(input, init));
  const seconds = Number(response.headers.get('retry-after'));
  if (response.status !== 429 || init?.method !== 'GET' || !(seconds >= 1 && seconds <= mostSeconds)) return response;
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  return earlyFetch(input, init);
};

function takeSocket(url: string, protocols: readonly string[]): WebSocket | undefined {
  const early = globalThis.parleyEarly;
  const begun = early?.socket;
  if (!early || !begun || begun.url !== url || !protocols.includes(`token.${begun.token}`)) return undefined;
  early.socket = undefined;
  const { socket, events } = begun;
  // The client listens as soon as it has the socket. What comes from now on comes after these.
  queueMicrotask(() => {
    for (const event of events) {
      if (event instanceof MessageEvent) socket.onmessage?.(event);
      else if (event instanceof CloseEvent) socket.onclose?.(event);
      else socket.onopen?.(event);
    }
  });
  return socket;
}

function takeAnswer(input: RequestInfo | URL, init?: RequestInit): Promise<Response> | undefined {
  const early = globalThis.parleyEarly;
  if (!early?.token || typeof input !== 'string' || (init?.method ?? 'GET') !== 'GET') return undefined;
  if (new Headers(init?.headers).get('authorization') !== `Bearer ${early.token}`) return undefined;
  const path = input.replace(location.origin, '');
  const answer = early.answers.get(path);
  // A conversation changes; who the user is does not, and two ask for it at the same time.
  if (path !== '/api/me') early.answers.delete(path);
  return answer?.then((response) => response.clone());
}
