/** Signature Version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
import { createHash, createHmac } from 'node:crypto';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface SignedRequest {
  readonly method: string;
  /** As it is sent, percent-encoded, without a query: no operation that is called here has one. */
  readonly path: string;
  /** All are signed; with `host`, names in lower case. The signer adds `x-amz-date`, `x-amz-security-token` and `authorization`. */
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array;
}

const algorithm = 'AWS4-HMAC-SHA256';
const unsigned = 'UNSIGNED-PAYLOAD';

interface Scope {
  readonly region: string;
  readonly service: string;
  /** ms. Default: the clock. */
  readonly now?: () => number;
}

/** Signs requests to one service in one region. A body that goes to many is hashed once. */
export function createSigner(credentials: Credentials, where: Scope): (request: SignedRequest) => void {
  const { accessKeyId, sessionToken } = credentials;
  const begin = createBegin(credentials, where);

  return function sign({ method, path, headers, body }) {
    const { time, scope, signatureOf } = begin();
    headers['x-amz-date'] = time;
    if (sessionToken) headers['x-amz-security-token'] = sessionToken;

    const names = Object.keys(headers).sort();
    const signed = names.join(';');
    let canonical = `${method}\n${encodeAgain(path)}\n\n`;
    for (const name of names) canonical += `${name}:${headers[name]}\n`;
    canonical += `\n${signed}\n${payloadHash(body)}`;
    const signature = signatureOf(canonical);
    headers.authorization = `${algorithm} Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
  };
}

/** Signs addresses of objects in S3, for anybody to read them. A signer gives what the SDK's presigner gives. */
export function createAddressSigner(
  credentials: Credentials,
  where: Omit<Scope, 'service'>,
): (address: string, seconds: number) => string {
  const { accessKeyId, sessionToken } = credentials;
  const begin = createBegin(credentials, { ...where, service: 's3' });

  return function signAddress(address, seconds) {
    const { host, pathname } = new URL(address);
    const { time, scope, signatureOf } = begin();
    const query = [
      ['X-Amz-Algorithm', algorithm],
      ['X-Amz-Content-Sha256', unsigned],
      ['X-Amz-Credential', `${accessKeyId}/${scope}`],
      ['X-Amz-Date', time],
      ['X-Amz-Expires', String(seconds)],
      ...(sessionToken ? [['X-Amz-Security-Token', sessionToken]] : []),
      ['X-Amz-SignedHeaders', 'host'],
      ['x-id', 'GetObject'],
    ]
      .map((pair) => pair.map(encodeURIComponent).join('='))
      .join('&');
    const signature = signatureOf(`GET\n${pathname}\n${query}\nhost:${host}\n\nhost\n${unsigned}`);
    return `${address}?${query}&X-Amz-Signature=${signature}`;
  };
}

/** What every signature begins with. The key is derived once a day. */
function createBegin({ secretAccessKey }: Credentials, { region, service, now = Date.now }: Scope) {
  let key: Uint8Array = new Uint8Array();
  let keyDay = '';

  function keyOf(day: string): Uint8Array {
    if (day !== keyDay) {
      keyDay = day;
      key = Buffer.from(`AWS4${secretAccessKey}`);
      for (const part of [day, region, service, 'aws4_request']) key = createHmac('sha256', key).update(part).digest();
    }
    return key;
  }

  return function begin() {
    // 20260131T235959Z
    const time = new Date(now()).toISOString().replace(/[-:]|\.\d+/g, '');
    const day = time.slice(0, 8);
    const scope = `${day}/${region}/${service}/aws4_request`;
    const signatureOf = (canonical: string) => {
      const toSign = `${algorithm}\n${time}\n${scope}\n${sha256(canonical)}`;
      return createHmac('sha256', keyOf(day)).update(toSign).digest('hex');
    };
    return { time, scope, signatureOf };
  };
}

/** Every service but S3 encodes the path that is sent once more. */
function encodeAgain(path: string): string {
  if (!/[^\w\-.~/]/.test(path)) return path;
  return path.replace(/[^\w\-.~/]/g, (character) =>
    [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

const hashes = new WeakMap<Uint8Array, string>();

/** The same bytes are often sent to many connections, one request each. */
function payloadHash(body: string | Uint8Array): string {
  if (typeof body === 'string') return sha256(body);
  let hash = hashes.get(body);
  if (hash === undefined) {
    hash = sha256(body);
    hashes.set(body, hash);
  }
  return hash;
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
