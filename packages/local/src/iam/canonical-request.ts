/** The signed parts of a request. */
export interface SignedParts {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  /** Signed headers only. */
  readonly headers: Readonly<Record<string, string>>;
  readonly payloadHash: string;
  readonly service: string;
}

/**
 * The text of a request that is hashed and signed. Not the SDK's, which takes several times as long: all requests of all functions pass here.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request
 */
export function canonicalRequest({ method, path, query, headers, payloadHash, service }: SignedParts): string {
  const names = Object.keys(headers).sort();
  let lines = '';
  for (const name of names) lines += `${name}:${trimmed(headers[name] ?? '')}\n`;
  // Only S3 signs the path as it was sent. The other services encode it once more.
  const canonicalPath = service === 's3' ? path : encodedPath(path);
  return `${method}\n${canonicalPath}\n${canonicalQuery(query)}\n${lines}\n${names.join(';')}\n${payloadHash}`;
}

const untrimmed = /[\r\n\t]| {2}|^ | $/;

function trimmed(value: string): string {
  return untrimmed.test(value) ? value.replace(/\s+/g, ' ').trim() : value;
}

/** Encoded once more, without `.`, `..` and empty segments. Most requests have one of few paths, so the last ones are kept. */
function encodedPath(path: string): string {
  const known = encodedPaths.get(path);
  if (known !== undefined) return known;
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(encode(segment));
  }
  const end = segments.length > 0 && path.endsWith('/') ? '/' : '';
  const encoded = `${path.startsWith('/') ? '/' : ''}${segments.join('/')}${end}`;
  if (encodedPaths.size >= maxPaths) encodedPaths.clear();
  encodedPaths.set(path, encoded);
  return encoded;
}
const encodedPaths = new Map<string, string>();
const maxPaths = 10_000;

function canonicalQuery(query: SignedParts['query']): string {
  return Object.entries(query)
    .filter(([name]) => name.toLowerCase() !== 'x-amz-signature')
    .map(([name, value]): [string, string] => {
      const key = encode(name);
      return [
        key,
        [value]
          .flat()
          .map((one) => `${key}=${encode(one)}`)
          .sort()
          .join('&'),
      ];
    })
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, pairs]) => pairs)
    .join('&');
}

/** RFC 3986, which also encodes what `encodeURIComponent` leaves. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}
