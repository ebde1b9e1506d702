import type { Clock } from './clock.ts';
import { errorFromResponse } from './error-from-response.ts';
import { Internal, ParleyError } from './errors.ts';
import { requestTimeoutMs } from './times.ts';
import type { Tokens } from './tokens.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * Sends one request to the HTTP API with the user's token. After a 401 it is sent once more with a new token.
 * @param path below the API's address, such as `/me`
 * @param body is sent as JSON; undefined: no body
 * @param options.signal cancels the request
 * @returns the answer's JSON; undefined where the answer is empty. Its type is not checked.
 * @throws ParleyError; `Internal` also when the server cannot be reached or does not answer within 30 s; the signal's reason
 */
export type Http = <Answer>(
  method: Method,
  path: string,
  body?: unknown,
  options?: { readonly signal?: AbortSignal },
) => Promise<Answer>;

export function createHttp(options: {
  /** Address of the HTTP API, without a slash at its end. */
  readonly api: string;
  readonly tokens: Tokens;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
}): Http {
  const { api, tokens, fetch, clock } = options;

  return async <Answer>(
    method: Method,
    path: string,
    body?: unknown,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<Answer> => {
    for (let isRetry = false; ; isRetry = true) {
      const controller = new AbortController();
      const abort = () => controller.abort();
      let cancelTimeout: (() => void) | undefined;
      let token: string;
      let response: Response;
      let answer: unknown;
      signal?.addEventListener('abort', abort);
      try {
        token = await tokens.get();
        signal?.throwIfAborted();
        cancelTimeout = clock.after(requestTimeoutMs, abort);
        response = await fetch(`${api}${path}`, {
          method,
          signal: controller.signal,
          headers: {
            authorization: `Bearer ${token}`,
            ...(body !== undefined && { 'content-type': 'application/json' }),
          },
          body: JSON.stringify(body),
        });
        const date = Date.parse(response.headers.get('date') ?? '');
        if (date) tokens.serverTime(date);
        const text = await response.text();
        if (text) answer = JSON.parse(text);
      } catch (cause) {
        if (signal?.aborted) throw signal.reason;
        if (cause instanceof ParleyError) throw cause;
        throw new Internal('internal', 'unable to reach the server; try again', undefined, { cause });
      } finally {
        cancelTimeout?.();
        signal?.removeEventListener('abort', abort);
      }
      const { status } = response;
      if (status < 300) return answer as Answer;
      if (status === 401) tokens.refuse(token);
      if (status !== 401 || isRetry) throw errorFromResponse(status, answer);
    }
  };
}

/** Requests a list route page by page: each answer names the address of the next page. */
export async function* pagesOf<Page extends { readonly next: string | null }>(
  http: Http,
  path: string,
): AsyncGenerator<Page, void, undefined> {
  const [route] = path.split('?');
  for (let next: string | null = path; next !== null; ) {
    const page: Page = await http('GET', next);
    yield page;
    next = page.next === null ? null : `${route}?${queryOf(page.next)}`;
  }
}

/** The query of a page's address. Its host is the API's own, which may not be the one that the client uses. */
export function queryOf(address: string): URLSearchParams {
  return new URLSearchParams(address.slice(address.indexOf('?') + 1));
}

/** `/conversations/<id>`, encoded. Without a name it would be the path of the list: the server refuses a space. */
export function pathOf(conversation: string): string {
  return `/conversations/${encodeURIComponent(conversation) || '%20'}`;
}
