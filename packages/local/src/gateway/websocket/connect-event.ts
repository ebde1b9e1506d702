import type { IncomingMessage } from 'node:http';
import { forwardedHeaders, headerPairs } from '../request-headers.ts';
import type { RequestContext } from './visitor.ts';

type Multi = Record<string, string[]>;

/** Headers and query string, which the authorizer's and `$connect`'s events have and no later one. */
export interface ConnectParts {
  readonly headers: Record<string, string>;
  readonly multiValueHeaders: Multi;
  /** Both absent when there is no query string. */
  readonly queryStringParameters?: Record<string, string>;
  readonly multiValueQueryStringParameters?: Multi;
}

export function connectParts(
  request: IncomingMessage,
  query: string,
  options: { domainName: string; now: number },
): ConnectParts {
  const multiValueHeaders: Multi = {};
  for (const [name, value] of headerPairs(request)) append(multiValueHeaders, canonical(name), value);
  for (const [name, value] of Object.entries(forwardedHeaders(request, options))) multiValueHeaders[name] = [value];
  const headers = lastOfEach(multiValueHeaders);
  if (query === '') return { headers, multiValueHeaders };
  const multiValueQueryStringParameters: Multi = {};
  for (const [name, value] of new URLSearchParams(query)) append(multiValueQueryStringParameters, name, value);
  return {
    headers,
    multiValueHeaders,
    queryStringParameters: lastOfEach(multiValueQueryStringParameters),
    multiValueQueryStringParameters,
  };
}

/** There is no body, method or path in it. */
export function connectEvent(parts: ConnectParts, requestContext: RequestContext) {
  return { ...parts, requestContext, isBase64Encoded: false };
}

/** Source: AWS, "Create a Lambda REQUEST authorizer function" (WebSocket APIs). */
export function authorizerEvent(
  parts: ConnectParts,
  requestContext: RequestContext,
  options: { methodArn: string; stageVariables: Readonly<Record<string, string>> },
) {
  return {
    type: 'REQUEST',
    methodArn: options.methodArn,
    ...parts,
    stageVariables: options.stageVariables,
    requestContext,
  };
}

/** `sec-websocket-key` → `Sec-WebSocket-Key`: names arrive in canonical case, however they were sent. */
function canonical(name: string): string {
  return name
    .toLowerCase()
    .replace(/(^|-)([a-z])/g, (match) => match.toUpperCase())
    .replace('Websocket', 'WebSocket');
}

function append(all: Multi, name: string, value: string): void {
  if (Object.hasOwn(all, name)) all[name]?.push(value);
  else Object.defineProperty(all, name, { value: [value], enumerable: true, writable: true, configurable: true });
}

function lastOfEach(all: Multi): Record<string, string> {
  return Object.fromEntries(Object.entries(all).map(([name, values]) => [name, values.at(-1) ?? '']));
}
