import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from './read-body.ts';

/** A request without its connection. */
export interface Incoming {
  readonly method: string;
  /** Path and query, percent-encoded. */
  readonly url: string;
  /** Where a host of AWS has become a local path: path and query as they were sent, and signed. */
  readonly sentUrl?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** The whole body; undefined if it is longer than `limit` bytes, or if the client went away before its end. */
  body(limit: number): Promise<Buffer | undefined>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

/** Answers requests, however they came: over HTTP, or from a function's thread as a message. */
export type Answering = (incoming: Incoming) => Promise<Answer>;

/** Serves over HTTP what answers whole requests. */
export function overHttp(answer: Answering): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const { method = '', url = '', headers } = request;
    const sentUrl = sentUrlOf(request);
    sendAnswer(response, await answer({ method, url, sentUrl, headers, body: (limit) => readBody(request, limit) }));
  };
}

export function sendAnswer(response: ServerResponse, { status, headers, body }: Answer): void {
  // An answer without content has no length either.
  response.writeHead(status, status === 204 ? headers : { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

const sentUrls = new WeakMap<IncomingMessage, string>();

/** Path and query as they were sent, and signed. */
export function sentUrlOf(request: IncomingMessage): string {
  return sentUrls.get(request) ?? request.url ?? '';
}

/** Gives a request another path and query, without forgetting those that were sent. */
export function moveTo(request: IncomingMessage, url: string): void {
  sentUrls.set(request, sentUrlOf(request));
  request.url = url;
}
