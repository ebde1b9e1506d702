/**
 * The services behind a push: a browser's push service, Google's token endpoint and FCM. Each is a server that checks its requests.
 * Nothing here uses the libraries with which Parley sends.
 */
import {
  createDecipheriv,
  createECDH,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  verify,
} from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { buffer as readBuffer } from 'node:stream/consumers';

export interface Arrival {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** ms */
  readonly at: number;
}

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

const timeoutMs = 10_000;

/** A server that keeps its requests. It answers a path with the answers set for it, and other paths with success. */
class Recorder {
  readonly arrivals: Arrival[] = [];
  readonly #answers = new Map<string, Answer[]>();
  readonly #waiting = new Set<() => void>();
  readonly #server: Server;
  origin = '';

  constructor(usual: (arrival: Arrival) => Answer) {
    this.#server = createServer(async (request, response) => {
      const { url = '', headers } = request;
      const arrival = { path: url, headers, body: await readBuffer(request), at: Date.now() };
      this.arrivals.push(arrival);
      const planned = this.#answers.get(url);
      const answer = (planned && planned.length > 1 ? planned.shift() : planned?.[0]) ?? usual(arrival);
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
      response.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
      for (const wake of this.#waiting) wake();
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (typeof address === 'object' && address) this.origin = `http://127.0.0.1:${address.port}`;
  }

  /** Sets the answers to requests at a path, in order. The last one is repeated. */
  answer(path: string, ...answers: Answer[]): void {
    this.#answers.set(path, answers);
  }

  at(path: string): Arrival[] {
    return this.arrivals.filter((arrival) => arrival.path === path);
  }

  /** Waits for the first `count` requests at a path. */
  async take(count: number, path: string): Promise<Arrival[]> {
    const deadline = Date.now() + timeoutMs;
    while (this.at(path).length < count) {
      await new Promise<void>((resolve, reject) => {
        const wake = () => {
          clearTimeout(timer);
          this.#waiting.delete(wake);
          resolve();
        };
        const fail = () => reject(new Error(`only ${this.at(path).length} of ${count} requests came to ${path}`));
        const timer = setTimeout(fail, deadline - Date.now());
        this.#waiting.add(wake);
      });
    }
    return this.at(path).slice(0, count);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export class PushService extends Recorder {
  constructor() {
    super(() => ({ status: 201 }));
  }

  /** A new browser with a subscription here. */
  browser(): Browser {
    return new Browser(this);
  }
}

let browsers = 0;

export class Browser {
  readonly #keys = createECDH('prime256v1');
  readonly #auth = randomBytes(16);
  readonly path = `/push/${++browsers}`;

  constructor(readonly service: PushService) {
    this.#keys.generateKeys();
  }

  /** As `PushSubscription.toJSON()` gives it. */
  get subscription() {
    return {
      endpoint: this.service.origin + this.path,
      expirationTime: null,
      keys: { p256dh: this.#keys.getPublicKey('base64url'), auth: this.#auth.toString('base64url') },
    };
  }

  async next(): Promise<Arrival> {
    const [arrival] = await this.service.take(1, this.path);
    if (!arrival) throw new Error('nothing came');
    return arrival;
  }

  /** RFC 8291 and RFC 8188, with one record. */
  decrypt({ body }: Arrival): unknown {
    const salt = body.subarray(0, 16);
    const sender = body.subarray(21, 21 + body.readUInt8(20));
    const encrypted = body.subarray(21 + sender.length);
    const secret = this.#keys.computeSecret(sender);
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.#keys.getPublicKey(), sender]);
    const input = Buffer.from(hkdfSync('sha256', secret, this.#auth, info, 32));
    const key = Buffer.from(hkdfSync('sha256', input, salt, 'Content-Encoding: aes128gcm\0', 16));
    const nonce = Buffer.from(hkdfSync('sha256', input, salt, 'Content-Encoding: nonce\0', 12));
    const decipher = createDecipheriv('aes-128-gcm', key, nonce);
    decipher.setAuthTag(encrypted.subarray(-16));
    const padded = Buffer.concat([decipher.update(encrypted.subarray(0, -16)), decipher.final()]);
    // The last record ends with a 2 and zeros.
    return JSON.parse(padded.subarray(0, padded.lastIndexOf(2)).toString());
  }
}

/** RFC 8292: `vapid t=<JWT>, k=<public key>`. @returns the claims @throws Error when the signature is not of that key */
export function vapidClaims(authorization: string | undefined, publicKey: string): Record<string, unknown> {
  const [, token = '', key] = /^vapid t=([^,]+), ?k=(.+)$/.exec(authorization ?? '') ?? [];
  if (key !== publicKey) throw new Error(`signed for another key: ${authorization}`);
  const point = Buffer.from(publicKey, 'base64url');
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  };
  return claims(token, (data, signature) =>
    verify('sha256', data, { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' }, signature),
  );
}

function claims(token: string, isGood: (data: Buffer, signature: Buffer) => boolean): Record<string, unknown> {
  const [head = '', body = '', signature = ''] = token.split('.');
  if (!isGood(Buffer.from(`${head}.${body}`), Buffer.from(signature, 'base64url'))) throw new Error('forged');
  return JSON.parse(Buffer.from(body, 'base64url').toString());
}

/** Google: gives access tokens for assertions of one service account, and accepts messages with such a token. */
export class Google extends Recorder {
  readonly #keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  readonly project = 'parley-test';
  readonly sendPath = `/v1/projects/${this.project}/messages:send`;
  /** The claims of the accepted assertions. */
  readonly assertions: Record<string, unknown>[] = [];
  /** FCM's errors by device token. */
  readonly refusals = new Map<string, { status: number; errorCode: string; field?: string | undefined }>();

  constructor() {
    super((arrival) => (arrival.path === '/token' ? this.#token(arrival) : this.#send(arrival)));
  }

  /** The JSON file of the service account. */
  get account() {
    return {
      type: 'service_account',
      project_id: this.project,
      private_key: this.#keys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      client_email: `push@${this.project}.iam.gserviceaccount.com`,
      token_uri: `${this.origin}/token`,
    };
  }

  /** The messages to one device token. */
  // biome-ignore lint/suspicious/noExplicitAny: what is sent is what the assertions are about
  messages(token: string): any[] {
    return this.at(this.sendPath)
      .map(({ body }) => JSON.parse(body.toString()).message)
      .filter((message) => message.token === token);
  }

  #token({ body }: Arrival): Answer {
    const form = new URLSearchParams(body.toString());
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') return { status: 400 };
    this.assertions.push(
      claims(form.get('assertion') ?? '', (data, signature) => verify('sha256', data, this.#keys.publicKey, signature)),
    );
    return { status: 200, body: { access_token: 'good', expires_in: 3600, token_type: 'Bearer' } };
  }

  #send({ headers, body }: Arrival): Answer {
    if (headers.authorization !== 'Bearer good') return { status: 401 };
    const refusal = this.refusals.get(JSON.parse(body.toString()).message.token);
    if (!refusal) return { status: 200, body: { name: `projects/${this.project}/messages/1` } };
    const { status, errorCode, field } = refusal;
    const details = [
      { '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode },
      ...(field ? [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field }] }] : []),
    ];
    return { status, body: { error: { code: status, message: 'refused', details } } };
  }
}
