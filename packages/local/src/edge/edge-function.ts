import { createContext, Script } from 'node:vm';
import { z } from 'zod';
import type { Distribution } from './distribution.ts';
import type { ViewerRequest } from './viewer-request.ts';

/** A function returns a request for the origin, or a response. */
export type EdgeOutcome =
  | { readonly kind: 'request'; readonly request: ViewerRequest }
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly headers: Record<string, string[]>;
      readonly body: Buffer;
    }
  | { readonly kind: 'failed'; readonly message: string };

/** Runs one viewer-request function (cloudfront-js-2.0). */
export type EdgeFunction = (request: ViewerRequest, viewer: { ip: string; requestId: string }) => Promise<EdgeOutcome>;

const value = z.object({
  value: z.coerce.string().default(''),
  multiValue: z.array(z.object({ value: z.coerce.string() })).optional(),
});
const valuesByName = z.record(z.string(), value).default({});

const requestResult = z.object({
  method: z.string(),
  uri: z.string().startsWith('/'),
  querystring: valuesByName,
  headers: valuesByName,
  cookies: valuesByName,
});

const responseResult = z.object({
  statusCode: z.number().int().min(200).max(599),
  headers: valuesByName,
  cookies: valuesByName,
  body: z
    .union([z.string(), z.object({ data: z.string(), encoding: z.enum(['text', 'base64']).default('text') })])
    .default(''),
});

/** CloudFront allows about 1 ms of CPU time. This limit only ends endless loops, because a busy laptop may stall for a while. */
const scriptTimeoutMs = 3_000;

/**
 * Makes the deployed code callable in its own global scope, without Node's modules and without `eval`, as on CloudFront. `console` writes
 * to `log`.
 */
export function edgeFunction(
  code: string,
  distribution: Pick<Distribution, 'id' | 'domainName'>,
  log: (line: string) => void,
): EdgeFunction {
  const write = (...parts: unknown[]) => log(`edge: ${parts.map(String).join(' ')}`);
  const scope = createContext(
    { console: { log: write, error: write, warn: write, info: write } },
    { codeGeneration: { strings: false, wasm: false } },
  );
  new Script(code, { filename: 'edge-function.js' }).runInContext(scope, { timeout: scriptTimeoutMs });

  return async (request, { ip, requestId }) => {
    const event = {
      version: '1.0',
      context: {
        distributionDomainName: distribution.domainName,
        distributionId: distribution.id,
        eventType: 'viewer-request',
        requestId,
      },
      viewer: { ip },
      request,
    };
    // The event is passed as text, so that the code only sees objects of its own scope.
    const call = `Promise.resolve(handler(JSON.parse(${JSON.stringify(JSON.stringify(event))}))).then(JSON.stringify)`;
    try {
      return outcomeOf(JSON.parse(String(await new Script(call).runInContext(scope, { timeout: scriptTimeoutMs }))));
    } catch (error) {
      return { kind: 'failed', message: String(error) };
    }
  };
}

function outcomeOf(result: unknown): EdgeOutcome {
  if (typeof result !== 'object' || result === null || !('statusCode' in result))
    return { kind: 'request', request: requestResult.parse(result) };
  const { statusCode: status, headers, cookies, body } = responseResult.parse(result);
  const lines = Object.entries(headers).map(([name, { value, multiValue }]) => [
    name.toLowerCase(),
    multiValue?.map((each) => each.value) ?? [value],
  ]);
  const setCookie = Object.entries(cookies).map(([name, { value }]) => `${name}=${value}`);
  const { data, encoding } = typeof body === 'string' ? { data: body, encoding: 'text' } : body;
  return {
    kind: 'response',
    status,
    headers: { ...Object.fromEntries(lines), ...(setCookie.length > 0 ? { 'set-cookie': setCookie } : {}) },
    body: Buffer.from(data, encoding === 'base64' ? 'base64' : 'utf8'),
  };
}
