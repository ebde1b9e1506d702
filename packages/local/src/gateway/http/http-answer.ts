import { z } from 'zod';
import type { Headers } from './cors.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** An answer of the gateway itself: `{"message": …}`. */
export function ownAnswer(status: number, message: string, headers: Headers = {}): HttpAnswer {
  const body = Buffer.from(JSON.stringify({ message }));
  return { status, headers: { 'content-type': 'application/json', ...headers }, body };
}

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const structured = z.object({
  statusCode: z.coerce.number().int().min(200).max(599),
  headers: z.record(z.string(), text).nullish(),
  cookies: z.array(z.string()).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

const largest = 10 * 1024 * 1024;

/**
 * Reads what a function returned, in payload format 2.0: with a `statusCode` it is a response, without one it is the body of a 200 in JSON.
 * What can be neither, or is larger than 10 MB, becomes a 500.
 */
export function answerOf(payload: unknown): HttpAnswer {
  const failure = ownAnswer(500, 'Internal Server Error');
  if (typeof payload !== 'object' || payload === null || !('statusCode' in payload)) {
    const body = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload ?? null));
    return body.length > largest ? failure : { status: 200, headers: { 'content-type': 'application/json' }, body };
  }
  const parsed = structured.safeParse(payload);
  if (!parsed.success) return failure;
  const { statusCode, headers, cookies, body, isBase64Encoded } = parsed.data;
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > largest) return failure;
  const own = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    status: statusCode,
    headers: {
      ...(bytes.length > 0 ? { 'content-type': 'text/plain;charset=UTF-8' } : {}),
      ...Object.fromEntries(own.filter(([name]) => name !== 'content-length' && name !== 'transfer-encoding')),
      ...(cookies && cookies.length > 0 ? { 'set-cookie': cookies } : {}),
    },
    body: bytes,
  };
}
