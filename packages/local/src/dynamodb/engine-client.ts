import { connect } from 'node:net';
import { type Dial, openEngineConnections } from './engine-connections.ts';
import type { EngineAnswer } from './http-answer.ts';

/** Where the engine answers. */
export interface EngineAddress {
  readonly url: string;
  readonly dial?: Dial | undefined;
}

/** Calls the engine over connections that stay open. */
export interface EngineClient {
  /**
   * Sends a request. `target` is like `DynamoDB_20120810.PutItem`, `body` is JSON. Rejects only when the engine cannot be reached, or ends
   * before it answers: then a write may have been stored or not.
   */
  send(target: string, body: Buffer): Promise<EngineAnswer>;
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

// Engines need a signature but do not verify it. DynamoDB Local names its database after the key and the region, which therefore are the
// same for every stack.
const authorization =
  'AWS4-HMAC-SHA256 Credential=local/20000101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0';

const isRead = /\.(?:Get|BatchGet|TransactGet|Query|Scan|Describe|List)/;

/** @param dial connects to it; needed where its address leads nowhere from here */
export function createEngineClient({ url, dial }: EngineAddress): EngineClient {
  const address = new URL(url);
  const { hostname, port } = address;
  const connections = openEngineConnections(dial ?? (() => connect(Number(port || 80), hostname)));
  const head = [
    `POST ${address.pathname} HTTP/1.1`,
    `host: ${address.host}`,
    `authorization: ${authorization}`,
    'x-amz-date: 20000101T000000Z',
    'content-type: application/x-amz-json-1.0',
    'x-amz-target: ',
  ].join('\r\n');

  const send = (target: string, body: Buffer) => {
    const start = Buffer.from(`${head}${target}\r\ncontent-length: ${body.length}\r\n\r\n`);
    // One write for each request: a second one would be a second packet.
    return connections.send(Buffer.concat([start, body]), isRead.test(target));
  };

  return {
    send,
    async call(target, input) {
      const answer = await send(target, Buffer.from(JSON.stringify(input)));
      const output: unknown = JSON.parse(answer.body.toString() || '{}');
      if (answer.status === 200) return output;
      const { name, message } = errorOf(output);
      throw new EngineError(name, message);
    },
    stop: () => connections.stop(),
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
