import type { IncomingMessage } from 'node:http';
import { commonLogTime } from '#gateway/access-log';
import { domainNameOf } from '#gateway/call-function';
import type { Gateway } from '#gateway/gateway-state';
import { forwardedHeaders, headerPairs, sourceIpOf } from '#gateway/request-headers';
import type { Stage } from '#gateway/stages';
import { percentDecode } from '#text';
import type { FoundRoute } from './find-route.ts';
import type { JwtContext } from './http-authorize.ts';

export interface HttpEventInput {
  readonly request: IncomingMessage;
  readonly apiId: string;
  readonly stage: Stage;
  readonly found: FoundRoute;
  readonly requestId: string;
  /** Percent-encoded; begins with the stage, unless it is `$default`. */
  readonly path: string;
  readonly query: string;
  readonly body: Buffer;
  readonly authorizer: JwtContext | undefined;
}

/** An event in payload format 2.0. Source: AWS, "Create AWS Lambda proxy integrations for HTTP APIs". */
export function httpEvent({ context }: Pick<Gateway, 'context'>, input: HttpEventInput) {
  const { request, apiId, stage, found, query, body } = input;
  const now = context.clock.now();
  const domainName = domainNameOf(context, apiId);
  const { headers, cookies } = headersOf(request, { domainName, now, length: body.length });
  const encoded = body.length > 0 && isBinary(request, body);
  // HTTP APIs percentDecode the path, although the field is called rawPath.
  const rawPath = percentDecode(input.path);
  return {
    version: '2.0',
    routeKey: found.route.key,
    rawPath,
    rawQueryString: query,
    cookies: cookies.length > 0 ? cookies : undefined,
    headers,
    queryStringParameters: query === '' ? undefined : joined(new URLSearchParams(query)),
    requestContext: {
      accountId: context.stack.account,
      apiId,
      authorizer: input.authorizer,
      domainName,
      domainPrefix: apiId,
      http: {
        method: request.method ?? 'GET',
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: sourceIpOf(request),
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: input.requestId,
      routeKey: found.route.key,
      stage: stage.name,
      time: commonLogTime(now),
      timeEpoch: now,
    },
    pathParameters: Object.keys(found.parameters).length > 0 ? found.parameters : undefined,
    stageVariables: stage.variables,
    body: body.length > 0 ? body.toString(encoded ? 'base64' : 'utf8') : undefined,
    isBase64Encoded: encoded,
  };
}

/** Header names are in lower case, and the values of a repeated name are joined with commas. Cookies are separate. */
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

/** Bodies of these types are passed as text, all others (also forms) in base64. */
const textTypes = /^(text\/|application\/(json|javascript|xml|[\w.-]+\+(json|xml))\b)/i;

function isBinary(request: IncomingMessage, body: Buffer): boolean {
  const type = request.headers['content-type'];
  if (request.headers['content-encoding'] !== undefined) return true;
  // AWS does not document a body without a type. Here valid UTF-8 is passed as text.
  return type === undefined ? !body.equals(Buffer.from(body.toString('utf8'))) : !textTypes.test(type);
}
