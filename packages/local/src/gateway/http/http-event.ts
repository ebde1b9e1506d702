import type { IncomingMessage } from 'node:http';
import { domainNameOf } from '../call-function.ts';
import type { Gateway } from '../gateway-state.ts';
import { forwardedHeaders, headerPairs, sourceIpOf } from '../request-headers.ts';
import type { Stage } from '../stages.ts';
import { decode } from '../target.ts';
import { commonLogTime } from '../time.ts';
import type { FoundRoute } from './find-route.ts';
import type { JwtContext } from './http-authorize.ts';

export interface HttpAsk {
  readonly request: IncomingMessage;
  readonly apiId: string;
  readonly stage: Stage;
  readonly found: FoundRoute;
  readonly requestId: string;
  /** With the stage when that has a name, percent-encoded. */
  readonly path: string;
  readonly query: string;
  readonly body: Buffer;
  readonly authorizer: JwtContext | undefined;
}

/** An event in payload format 2.0. Source: AWS, "Create AWS Lambda proxy integrations for HTTP APIs". */
export function httpEvent({ context }: Pick<Gateway, 'context'>, ask: HttpAsk) {
  const { request, apiId, stage, found, query, body } = ask;
  const now = context.clock.now();
  const domainName = domainNameOf(context, apiId);
  const { headers, cookies } = headersOf(request, { domainName, now, length: body.length });
  const encoded = body.length > 0 && isBinary(request, body);
  // HTTP APIs decode the path, whatever the field's name says.
  const rawPath = decode(ask.path);
  return {
    version: '2.0',
    routeKey: found.route.key,
    rawPath,
    rawQueryString: query,
    ...(cookies.length > 0 ? { cookies } : {}),
    headers,
    ...(query === '' ? {} : { queryStringParameters: joined(new URLSearchParams(query)) }),
    requestContext: {
      accountId: context.stack.account,
      apiId,
      ...(ask.authorizer ? { authorizer: ask.authorizer } : {}),
      domainName,
      domainPrefix: apiId,
      http: {
        method: request.method ?? 'GET',
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: sourceIpOf(request),
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: ask.requestId,
      routeKey: found.route.key,
      stage: stage.name,
      time: commonLogTime(now),
      timeEpoch: now,
    },
    ...(Object.keys(found.parameters).length > 0 ? { pathParameters: found.parameters } : {}),
    ...(Object.keys(stage.variables).length > 0 ? { stageVariables: stage.variables } : {}),
    ...(body.length > 0 ? { body: body.toString(encoded ? 'base64' : 'utf8') } : {}),
    isBase64Encoded: encoded,
  };
}

/** Names in lower case, repeated ones joined with commas, cookies apart. */
function headersOf(request: IncomingMessage, options: { domainName: string; now: number; length: number }) {
  const cookies: string[] = [];
  const pairs: [string, string][] = [];
  for (const [name, value] of headerPairs(request)) {
    if (name.toLowerCase() === 'cookie') cookies.push(...value.split(/;\s*/).filter((cookie) => cookie !== ''));
    else pairs.push([name.toLowerCase(), value]);
  }
  const added = Object.entries(forwardedHeaders(request, options)).map(([name, value]) => [name.toLowerCase(), value]);
  const headers = { ...joined(pairs), ...Object.fromEntries(added), 'content-length': String(options.length) };
  return { headers, cookies };
}

function joined(pairs: Iterable<[name: string, value: string]>): Record<string, string> {
  const all = new Map<string, string>();
  for (const [name, value] of pairs) all.set(name, all.has(name) ? `${all.get(name)},${value}` : value);
  return Object.fromEntries(all);
}

/** Bodies of these types are text; all others, forms too, arrive in base64. */
const textual = /^(text\/|application\/(json|javascript|xml|[\w.-]+\+(json|xml))\b)/i;

function isBinary(request: IncomingMessage, body: Buffer): boolean {
  const type = request.headers['content-type'];
  if (request.headers['content-encoding'] !== undefined) return true;
  // Not documented by AWS for a body without a type: what is UTF-8 stays readable.
  return type === undefined ? !body.equals(Buffer.from(body.toString('utf8'))) : !textual.test(type);
}
