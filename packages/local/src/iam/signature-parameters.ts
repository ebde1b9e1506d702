import type { IncomingHttpHeaders } from 'node:http';
import { percentDecode, splitOnce } from '#text';

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
  return {
    credential: fieldOf(authorization, 'Credential='),
    signedHeaders: headerNames(fieldOf(authorization, 'SignedHeaders=')),
    signature: fieldOf(authorization, 'Signature='),
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
  const [path, search] = splitOnce(url, '?');
  const query: Query = Object.create(null);
  for (const pair of search.split('&').filter((part) => part !== '')) {
    // Malformed percent-encoding stays as it is, and its signature then does not match.
    const [name = '', value = ''] = splitOnce(pair, '=').map(percentDecode);
    const before = query[name];
    query[name] = before === undefined ? value : [before, value].flat();
  }
  return { path, query };
}

/** The value of `name=value` in a list that is separated by commas, in any order. */
function fieldOf(list: string, name: string): string {
  const at = list.indexOf(name);
  if (at < 0) return '';
  const start = at + name.length;
  const end = list.indexOf(',', start);
  return list.slice(start, end < 0 ? undefined : end).trim();
}

/** Sorted, as they are signed. All requests of a client have the same list, so the last ones are kept. */
function headerNames(list = ''): readonly string[] {
  const known = headerLists.get(list);
  if (known) return known;
  const names = [...new Set(list.toLowerCase().split(';').filter(Boolean))].sort();
  if (headerLists.size >= maxHeaderLists) headerLists.clear();
  headerLists.set(list, names);
  return names;
}
const headerLists = new Map<string, readonly string[]>();
const maxHeaderLists = 1_000;

/** The first value of a repeated header or parameter. */
export function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
