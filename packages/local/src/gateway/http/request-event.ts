import type { IncomingMessage } from 'node:http';
import { commonLogTime } from '#gateway/access-log';
import { domainNameOf } from '#gateway/call-function';
import type { Gateway } from '#gateway/gateway-state';
import { forwardedHeaders, headerPairs, sourceIpOf } from '#gateway/request-headers';
import type { Stage } from '#gateway/stages';
import { percentDecode } from '#text';
import type { FoundRoute } from './find-route.ts';

/** What an event says of a request. */
export interface ServedRequest {
  readonly request: IncomingMessage;
  readonly apiId: string;
  /** Of a function URL; else that of the API. */
  readonly domainName?: string;
  readonly stage: Pick<Stage, 'name' | 'variables'>;
  readonly found: Pick<FoundRoute, 'parameters'> & { readonly route: Pick<FoundRoute['route'], 'key' | 'path'> };
  readonly requestId: string;
  /** Percent-encoded; begins with the stage, unless it is `$default`. */
  readonly path: string;
  readonly query: string;
  readonly body: Buffer;
}

/** A request that has found its route. */
export interface RoutedRequest extends ServedRequest {
  readonly stage: Stage;
  readonly found: FoundRoute;
}

/** What events of both payload formats, for authorizers and integrations, say of a request. */
export function describeRequest({ context }: Pick<Gateway, 'context'>, routed: ServedRequest) {
  const { request, apiId, body } = routed;
  const now = context.clock.now();
  const domainName = routed.domainName ?? domainNameOf(context, apiId);
  return {
    accountId: context.stack.account,
    domainName,
    method: request.method ?? 'GET',
    // HTTP APIs decode the path, although format 2.0 calls it rawPath.
    path: percentDecode(routed.path),
    protocol: `HTTP/${request.httpVersion}`,
    sourceIp: sourceIpOf(request),
    userAgent: request.headers['user-agent'] ?? '',
    time: commonLogTime(now),
    timeEpoch: now,
    /** As the client wrote them, and those that AWS adds. */
    headers: allHeaders(request, { domainName, now, length: body.length }),
    parameters: [...new URLSearchParams(routed.query)],
    pathParameters: Object.keys(routed.found.parameters).length > 0 ? routed.found.parameters : undefined,
  };
}

export type DescribedRequest = ReturnType<typeof describeRequest>;

function allHeaders(request: IncomingMessage, options: { domainName: string; now: number; length: number }) {
  const added = Object.entries({ ...forwardedHeaders(request, options), 'Content-Length': String(options.length) });
  const replaced = new Set(added.map(([name]) => name.toLowerCase()));
  return [...headerPairs(request).filter(([name]) => !replaced.has(name.toLowerCase())), ...added];
}

/** Repeated names become one, with their values joined with commas. */
export function joined(pairs: Iterable<readonly [name: string, value: string]>): Record<string, string> {
  const all = new Map<string, string>();
  for (const [name, value] of pairs) all.set(name, all.has(name) ? `${all.get(name)},${value}` : value);
  return Object.fromEntries(all);
}

export interface EventBody {
  readonly text: string | undefined;
  readonly isBase64Encoded: boolean;
}

export function eventBody({ request, body }: Pick<ServedRequest, 'request' | 'body'>): EventBody {
  const encoded = body.length > 0 && isBinary(request, body);
  return {
    text: body.length > 0 ? body.toString(encoded ? 'base64' : 'utf8') : undefined,
    isBase64Encoded: encoded,
  };
}

/** Bodies of these types are passed as text, all others (also forms) in base64. */
const textTypes = /^(text\/|application\/(json|javascript|xml|[\w.-]+\+(json|xml))\b)/i;

function isBinary(request: IncomingMessage, body: Buffer): boolean {
  const type = request.headers['content-type'];
  if (request.headers['content-encoding'] !== undefined) return true;
  // AWS does not document a body without a type. Here valid UTF-8 is passed as text.
  return type === undefined ? !body.equals(Buffer.from(body.toString('utf8'))) : !textTypes.test(type);
}
