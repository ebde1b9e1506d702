import type { IncomingMessage } from 'node:http';
import { forwardedHeaders, headerPairs } from '#gateway/request-headers';

type MultiValues = Record<string, string[]>;

/** Headers and query string. Only the events of the authorizer and of `$connect` have them. */
export interface ConnectParts {
  readonly headers: Record<string, string>;
  readonly multiValueHeaders: MultiValues;
  /** Both are absent without a query string. */
  readonly queryStringParameters?: Record<string, string>;
  readonly multiValueQueryStringParameters?: MultiValues;
}

export function connectParts(
  request: IncomingMessage,
  query: string,
  options: { domainName: string; now: number },
): ConnectParts {
  const multiValueHeaders: MultiValues = {};
  for (const [name, value] of headerPairs(request)) append(multiValueHeaders, canonical(name), value);
  for (const [name, value] of Object.entries(forwardedHeaders(request, options))) multiValueHeaders[name] = [value];
  const headers = lastOfEach(multiValueHeaders);
  if (query === '') return { headers, multiValueHeaders };
  const multiValueQueryStringParameters: MultiValues = {};
  for (const [name, value] of new URLSearchParams(query)) append(multiValueQueryStringParameters, name, value);
  return {
    headers,
    multiValueHeaders,
    queryStringParameters: lastOfEach(multiValueQueryStringParameters),
    multiValueQueryStringParameters,
  };
}

/** `sec-websocket-key` → `Sec-WebSocket-Key`: the event has header names in canonical case. */
function canonical(name: string): string {
  return name
    .toLowerCase()
    .replace(/(^|-)([a-z])/g, (match) => match.toUpperCase())
    .replace('Websocket', 'WebSocket');
}

function append(all: MultiValues, name: string, value: string): void {
  if (Object.hasOwn(all, name)) all[name]?.push(value);
  else Object.defineProperty(all, name, { value: [value], enumerable: true, writable: true, configurable: true });
}

function lastOfEach(all: MultiValues): Record<string, string> {
  return Object.fromEntries(Object.entries(all).map(([name, values]) => [name, values.at(-1) ?? '']));
}
