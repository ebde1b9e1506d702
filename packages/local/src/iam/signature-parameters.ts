import type { IncomingHttpHeaders } from 'node:http';
import { percentDecode } from '#text';

const algorithm = 'AWS4-HMAC-SHA256';

/** The signature of a request, not yet verified. */
export interface SignatureParameters {
  readonly credential: string;
  readonly date: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly token?: string;
  /** Presigned URLs only. */
  readonly expiresInSeconds?: number;
}

/** Reads the signature from the Authorization header or from the query. */
export function readSignatureParameters(headers: IncomingHttpHeaders, query: Query): SignatureParameters | undefined {
  return fromHeader(headers) ?? fromQuery(query);
}

function fromHeader(headers: IncomingHttpHeaders): SignatureParameters | undefined {
  const { authorization } = headers;
  if (!authorization?.startsWith(`${algorithm} `)) return undefined;
  const fields = new Map(
    authorization
      .slice(algorithm.length)
      .split(',')
      .map((field) => {
        const [key = '', ...value] = field.trim().split('=');
        return [key, value.join('=')];
      }),
  );
  return {
    credential: fields.get('Credential') ?? '',
    signedHeaders: headerNames(fields.get('SignedHeaders')),
    signature: fields.get('Signature') ?? '',
    date: one(headers['x-amz-date']) ?? '',
    token: one(headers['x-amz-security-token']),
  };
}

function fromQuery(query: Query): SignatureParameters | undefined {
  if (one(query['X-Amz-Algorithm']) !== algorithm) return undefined;
  return {
    credential: one(query['X-Amz-Credential']) ?? '',
    signedHeaders: headerNames(one(query['X-Amz-SignedHeaders'])),
    signature: one(query['X-Amz-Signature']) ?? '',
    date: one(query['X-Amz-Date']) ?? '',
    expiresInSeconds: Number(one(query['X-Amz-Expires'])),
    token: one(query['X-Amz-Security-Token']),
  };
}

export type Query = Record<string, string | string[]>;

export function splitUrl(url: string): { path: string; query: Query } {
  const at = url.indexOf('?');
  const query: Query = Object.create(null);
  for (const pair of at < 0 ? [] : url.slice(at + 1).split('&')) {
    if (pair === '') continue;
    const [key = '', ...rest] = pair.split('=');
    // Malformed percent-encoding stays as it is, and its signature then does not match.
    const [name, value] = [percentDecode(key), percentDecode(rest.join('='))];
    const before = query[name];
    query[name] = before === undefined ? value : [before, value].flat();
  }
  return { path: at < 0 ? url : url.slice(0, at), query };
}

function headerNames(list: string | undefined): string[] {
  return (list ?? '').toLowerCase().split(';').filter(Boolean);
}

/** The first value of a repeated header or parameter. */
export function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
