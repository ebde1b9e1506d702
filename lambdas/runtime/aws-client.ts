/**
 * Calls AWS with the SDK's commands, protocols, error classes and retries, but with a signer and an HTTP client of our own instead of its chain
 * of middleware: a call takes a fifth of the processor time, and a cold start loads less. docs/decisions/0037-lean-calls.md
 */
import { retryMiddleware, StandardRetryStrategy } from '@smithy/core/retry';
import { fromBase64, fromUtf8, toBase64, toUtf8 } from '@smithy/core/serde';
import { HttpResponse } from '@smithy/core/transport';
import type {
  ClientProtocol,
  HttpRequest,
  OperationSchema,
  ResponseMetadata,
  StaticOperationSchema,
} from '@smithy/types';
import type { AwsTarget } from './aws-target.ts';
import { createPool, type PoolOptions } from './http-pool.ts';
import { createSigner } from './signature.ts';

export interface AwsClientOptions extends AwsTarget {
  /** The service's name in signatures. */
  readonly service: string;
  readonly protocol: ClientProtocol<HttpRequest, unknown>;
  readonly pool: PoolOptions;
  /** With the first try. Default: 3, as the SDK's. */
  readonly maxAttempts?: number;
  /** Errors that are worth another try, besides those that the SDK tries again: lost connections, timeouts, throttling, 5xx. */
  readonly isRetryable?: (error: unknown) => boolean;
}

interface Answer {
  readonly $metadata: ResponseMetadata;
}

/** A command of the SDK, as far as it is needed. The type of its middleware says what the service answers. */
interface Command<Input, Output> {
  readonly input: Input;
  readonly schema?: OperationSchema | StaticOperationSchema;
  resolveMiddleware(...rest: never): (...rest: never) => Promise<{ readonly output: Output }>;
}

/** @typeParam AnyInput the inputs of the service's commands */
export interface AwsClient<AnyInput extends object> {
  /** @throws the SDK's exceptions; errors of the connection */
  send<Output extends Answer>(command: Command<AnyInput, Output>): Promise<Output>;
  /** Closes the connections. */
  destroy(): void;
}

export function openAwsClient<AnyInput extends object>(options: AwsClientOptions): AwsClient<AnyInput> {
  const { protocol, maxAttempts = 3, isRetryable = () => false } = options;
  const url = new URL(options.endpoint);
  const pool = createPool(url, options.pool);
  const sign = createSigner(options.credentials, options);
  const context = serdeContext(url);
  protocol.setSerdeContext(context);
  const strategy = new StandardRetryStrategy(maxAttempts);
  const withRetries = retryMiddleware({ retryStrategy: async () => strategy, maxAttempts: async () => maxAttempts });

  async function tryOnce<Output extends Answer>(operation: OperationSchema, input: object) {
    const { method, path, headers, body = '' } = await protocol.serializeRequest(operation, input, context);
    headers.host = url.host;
    sign({ method, path, headers, body });
    addTrace(headers);
    const response = new HttpResponse(await pool.send({ method, path, headers, body }));
    try {
      return { response, output: await protocol.deserializeResponse<Output>(operation, context, response) };
    } catch (error) {
      // The retries look for the header `retry-after`.
      if (error instanceof Error) Object.defineProperty(error, '$response', { value: response, enumerable: false });
      throw isRetryable(error) ? Object.assign(error as Error, { $retryable: {} }) : error;
    }
  }

  return {
    async send<Output extends Answer>({ schema, input }: Command<AnyInput, Output>) {
      const operation = operationOf(schema);
      const { output } = await withRetries<Output>(() => tryOnce(operation, input), {})({ input, request: undefined });
      return output;
    },
    destroy: () => pool.close(),
  };
}

/** What the SDK's protocols ask for. */
function serdeContext({ protocol, hostname, port, pathname }: URL) {
  const endpoint = {
    protocol,
    hostname,
    ...(port !== '' && { port: Number(port) }),
    // The paths of operations begin with a slash.
    path: pathname === '/' ? pathname : pathname.replace(/\/$/, ''),
  };
  return {
    endpoint: async () => endpoint,
    base64Encoder: toBase64,
    base64Decoder: fromBase64,
    utf8Encoder: toUtf8,
    utf8Decoder: fromUtf8,
    // Answers are read as a whole before they are parsed.
    streamCollector: async () => new Uint8Array(),
  };
}

/** Lambda puts the trace of the event into the environment. It makes calls part of the trace, and finds endless loops of functions. */
function addTrace(headers: Record<string, string>): void {
  const trace = process.env._X_AMZN_TRACE_ID;
  if (trace) headers['x-amzn-trace-id'] = trace;
}

const operations = new WeakMap<object, OperationSchema>();

/** An operation as the protocols want it. They keep what they have found out about it. */
function operationOf(schema: OperationSchema | StaticOperationSchema | undefined): OperationSchema {
  if (!Array.isArray(schema)) throw new Error('unable to call; the command has no static schema');
  let operation = operations.get(schema);
  if (!operation) {
    const [, namespace, name, traits, input, output] = schema;
    operation = { namespace, name, traits, input, output };
    operations.set(schema, operation);
  }
  return operation;
}
