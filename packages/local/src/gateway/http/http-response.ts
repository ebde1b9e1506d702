import { z } from 'zod';
import type { Headers } from './cors.ts';

export interface HttpResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** A response that the gateway makes itself: `{"message": …}`. */
export function errorResponse(status: number, message: string, headers: Headers = {}): HttpResponse {
  const body = Buffer.from(JSON.stringify({ message }));
  return { status, headers: { 'content-type': 'application/json', ...headers }, body };
}

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const proxyResponse = z.object({
  statusCode: z.coerce.number().int().min(200).max(599),
  headers: z.record(z.string(), text).nullish(),
  /** Format 1.0 only. */
  multiValueHeaders: z.record(z.string(), z.array(text)).nullish(),
  cookies: z.array(z.string()).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

const maxBodyBytes = 10 * 1024 * 1024;

/**
 * Reads a function's result. With a `statusCode` it is a response; without one it is, in format 2.0, the JSON body of a 200.
 * @param error for a malformed result, or one above 10 MB
 */
export function toHttpResponse(
  payload: unknown,
  format: '1.0' | '2.0',
  error = errorResponse(500, 'Internal Server Error'),
): HttpResponse {
  if (typeof payload !== 'object' || payload === null || !('statusCode' in payload)) {
    if (format === '1.0') return error;
    const body = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload ?? null));
    return body.length > maxBodyBytes ? error : { status: 200, headers: { 'content-type': 'application/json' }, body };
  }
  const parsed = proxyResponse.safeParse(payload);
  if (!parsed.success) return error;
  const { statusCode, headers, multiValueHeaders, cookies, body, isBase64Encoded } = parsed.data;
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > maxBodyBytes) return error;
  const own = mergedHeaders(headers ?? {}, format === '1.0' ? (multiValueHeaders ?? {}) : {});
  return {
    status: statusCode,
    headers: {
      ...(bytes.length > 0 ? { 'content-type': 'text/plain;charset=UTF-8' } : {}),
      ...own,
      ...(format === '2.0' && cookies && cookies.length > 0 ? { 'set-cookie': cookies } : {}),
    },
    body: bytes,
  };
}

/** Names are in lower case. A name that is in both has the values of both. The gateway sets the length itself. */
function mergedHeaders(single: Record<string, string>, several: Record<string, string[]>): Headers {
  const all = new Map<string, string[]>();
  for (const [name, values] of [...Object.entries(several), ...Object.entries(single)]) {
    const before = all.get(name.toLowerCase()) ?? [];
    all.set(name.toLowerCase(), [...new Set([...before, ...[values].flat()])]);
  }
  all.delete('content-length');
  all.delete('transfer-encoding');
  return Object.fromEntries([...all].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]));
}
