import type { Clock } from './clock.ts';
import { errorOfAnswer, Internal, ParleyError } from './errors.ts';
import type { Tokens } from './tokens.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * A request with the present token; a 401 is tried once more with a fresh one.
 * @param path such as `/me`
 * @param options.signal nobody wants the answer any more
 * @returns the answer as this version of the protocol has it; undefined where there is none
 * @throws ParleyError; `Internal` also where the server cannot be reached; the signal's reason
 */
export type Http = <Answer>(
  method: Method,
  path: string,
  body?: unknown,
  options?: { readonly signal?: AbortSignal },
) => Promise<Answer>;

/** ms; API Gateway itself gives up after 30 s */
const patience = 30_000;

export function createHttp(options: {
  /** Address of the HTTP API, without a slash at its end. */
  readonly api: string;
  readonly tokens: Tokens;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
}): Http {
  const { api, tokens, fetch, clock } = options;

  async function request<Answer>(
    method: Method,
    path: string,
    body: unknown,
    signal: AbortSignal | undefined,
    last = false,
  ): Promise<Answer> {
    const token = await tokens.get();
    const { status, answer } = await exchange(`${api}${path}`, {
      method,
      signal,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (status < 300) return answer as Answer;
    if (status === 401) {
      tokens.refuse(token);
      if (!last) return request(method, path, body, signal, true);
    }
    throw errorOfAnswer(status, answer);
  }

  async function exchange(
    address: string,
    { signal, ...init }: RequestInit,
  ): Promise<{ status: number; answer: unknown }> {
    const ending = new AbortController();
    const giveUp = () => ending.abort();
    const cancel = clock.after(patience, giveUp);
    signal?.addEventListener('abort', giveUp);
    try {
      signal?.throwIfAborted();
      const response = await fetch(address, { ...init, signal: ending.signal });
      const text = await response.text();
      return { status: response.status, answer: text === '' ? undefined : JSON.parse(text) };
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      throw new Internal('internal', 'unable to reach the server; try again', undefined, { cause });
    } finally {
      cancel();
      signal?.removeEventListener('abort', giveUp);
    }
  }

  return async <Answer>(
    method: Method,
    path: string,
    body?: unknown,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<Answer> => {
    try {
      return await request<Answer>(method, path, body, signal);
    } catch (error) {
      if (error instanceof ParleyError || signal?.aborted) throw error;
      throw new Internal('internal', 'unable to get a token; try again', undefined, { cause: error });
    }
  };
}

/** What leads to another page, for `Http`: the host of such an address is that of the API, which may be another than the client knows. */
export function queryOf(address: string): URLSearchParams {
  return new URLSearchParams(address.slice(address.indexOf('?') + 1));
}

/** `/conversations/<id>` as a path. */
export function pathOf(conversation: string): string {
  return `/conversations/${encodeURIComponent(conversation)}`;
}
