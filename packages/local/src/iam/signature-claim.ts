import type { IncomingHttpHeaders } from 'node:http';

const algorithm = 'AWS4-HMAC-SHA256';

/** What a request says about its own signature. */
export interface Claim {
  readonly credential: string;
  readonly date: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly token?: string;
  /** Seconds; presigned only. */
  readonly life?: number;
}

/** The signature in the Authorization header, else the one in the query. Nothing is verified yet. */
export function claimOf(headers: IncomingHttpHeaders, query: Query): Claim | undefined {
  return fromHeader(headers) ?? fromQuery(query);
}

function fromHeader(headers: IncomingHttpHeaders): Claim | undefined {
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
  const token = one(headers['x-amz-security-token']);
  return {
    credential: fields.get('Credential') ?? '',
    signedHeaders: headerNames(fields.get('SignedHeaders')),
    signature: fields.get('Signature') ?? '',
    date: one(headers['x-amz-date']) ?? '',
    ...(token === undefined ? {} : { token }),
  };
}

function fromQuery(query: Query): Claim | undefined {
  if (one(query['X-Amz-Algorithm']) !== algorithm) return undefined;
  const token = one(query['X-Amz-Security-Token']);
  return {
    credential: one(query['X-Amz-Credential']) ?? '',
    signedHeaders: headerNames(one(query['X-Amz-SignedHeaders'])),
    signature: one(query['X-Amz-Signature']) ?? '',
    date: one(query['X-Amz-Date']) ?? '',
    life: Number(one(query['X-Amz-Expires'])),
    ...(token === undefined ? {} : { token }),
  };
}

export type Query = Record<string, string | string[]>;

export function splitUrl(url: string): { path: string; query: Query } {
  const at = url.indexOf('?');
  const query: Query = Object.create(null);
  for (const pair of at < 0 ? [] : url.slice(at + 1).split('&')) {
    if (pair === '') continue;
    const [key = '', ...rest] = pair.split('=');
    const [name, value] = [decode(key), decode(rest.join('='))];
    const before = query[name];
    query[name] = before === undefined ? value : [before, value].flat();
  }
  return { path: at < 0 ? url : url.slice(0, at), query };
}

/** What is not proper percent-encoding stands for itself; its signature then fails to match, as it should. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function headerNames(list: string | undefined): string[] {
  return (list ?? '').toLowerCase().split(';').filter(Boolean);
}

/** Of a header or parameter that came several times the first counts. */
export function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
