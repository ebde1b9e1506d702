import { Agent, request } from 'node:http';

export interface EngineAnswer {
  readonly status: number;
  readonly requestId: string | undefined;
  readonly body: Buffer;
}

/** Calls the engine over connections that stay open. */
export interface EngineClient {
  /** Sends a request. `target` is like `DynamoDB_20120810.PutItem`, `body` is JSON. Rejects only when the engine cannot be reached. */
  send(target: string, body: string): Promise<EngineAnswer>;
  /** Sends a request and parses the answer. @throws EngineError with DynamoDB's error name */
  call(target: string, input: object): Promise<unknown>;
  stop(): void;
}

export class EngineError extends Error {
  override readonly name: string;
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

// Engines need a signature but do not verify it. DynamoDB Local names its database after the key and the region.
const authorization =
  'AWS4-HMAC-SHA256 Credential=local/20000101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0';

export function createEngineClient(url: string): EngineClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });

  const once = (target: string, body: string): Promise<EngineAnswer> =>
    new Promise((resolve, reject) => {
      const outgoing = request(url, {
        agent,
        method: 'POST',
        headers: {
          authorization,
          'x-amz-date': '20000101T000000Z',
          'x-amz-target': target,
          'content-type': 'application/x-amz-json-1.0',
          'content-length': Buffer.byteLength(body),
        },
      });
      outgoing.on('error', (error) => reject(Object.assign(error, { reused: outgoing.reusedSocket })));
      outgoing.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const id = response.headers['x-amzn-requestid'];
          resolve({
            status: response.statusCode ?? 500,
            requestId: typeof id === 'string' ? id : undefined,
            body: Buffer.concat(chunks),
          });
        });
      });
      outgoing.end(body);
    });

  const send = (target: string, body: string) =>
    once(target, body).catch((error: unknown) => {
      // The engine may close an idle connection just when it is used again. It has read nothing then, so a second try is safe.
      if (error instanceof Error && 'reused' in error && error.reused && 'code' in error && error.code === 'ECONNRESET')
        return once(target, body);
      throw error;
    });

  return {
    send,
    async call(target, input) {
      const answer = await send(target, JSON.stringify(input));
      const output: unknown = JSON.parse(answer.body.toString() || '{}');
      if (answer.status === 200) return output;
      const { name, message } = errorOf(output);
      throw new EngineError(name, message);
    },
    stop: () => agent.destroy(),
  };
}

/** The name (without its namespace) and the message of an error in DynamoDB's shape. */
export function errorOf(body: unknown): { name: string; message: string } {
  const { __type: type, message, Message } = Object(body);
  return {
    name: typeof type === 'string' ? (type.split('#').at(-1) ?? type) : 'UnknownError',
    message: String(message ?? Message ?? ''),
  };
}
