import { randomUUID } from 'node:crypto';
import { type Answering, type Incoming, overHttp } from '#answer';
import { BrokenStack } from '#assembly/broken-stack';
import type { Stack } from '#assembly/stack';
import type { Context, Service } from '#context';
import { signatureErrors, verifyRequest } from '#iam/verify-request';
import type { AsyncQueue } from './async-queue.ts';
import { arnOf, findFunction, versionOf } from './find-function.ts';

/** Bytes. Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html; 1 MB since October 2025, 256 KB before. */
const payloadLimits = { Event: 1024 * 1024, RequestResponse: 6 * 1024 * 1024, DryRun: 6 * 1024 * 1024 } as const;
type InvocationType = keyof typeof payloadLimits;

interface InvokeResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** An error response of Lambda. SDKs read its name from the header `x-amzn-errortype`. */
class LambdaError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Lambda's Invoke under `/_aws/lambda` for the stack's functions: `Event`, `RequestResponse` and `DryRun`, by name or ARN. Checks the signature
 * and the permission. Source: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 * @param queue gets the events of asynchronous invocations
 */
export async function startInvokeApi(context: Context, queue: AsyncQueue): Promise<Service> {
  async function invoke(request: Incoming, requestId: string): Promise<InvokeResponse> {
    const type = invocationType(request);
    const body = await request.body(payloadLimits[type]);
    if (!body) {
      const limit = payloadLimits[type];
      const size = request.headers['content-length'];
      const message = `${size} byte payload is too large for the ${type} invocation type (limit ${limit} bytes)`;
      throw new LambdaError(413, 'RequestTooLargeException', message);
    }
    const { method, url } = request;
    const { stack } = context;
    const signature = verifyRequest(request, body, 'lambda', context);
    if (!signature.ok) throw new LambdaError(403, signatureErrors[signature.code], signature.message);

    const [, name, query] = /\/2015-03-31\/functions\/([^/?]+)\/invocations(?:\?(.*))?$/.exec(url) ?? [];
    if (method !== 'POST' || name === undefined) {
      throw new LambdaError(404, 'UnknownOperationException', 'only Invoke is served locally');
    }
    const { functionId, arn } = find(
      stack,
      decodeURIComponent(name),
      new URLSearchParams(query).get('Qualifier') ?? undefined,
    );
    // Checked before the function's existence, so that only callers with the permission learn that a function does not exist.
    const decision = context.policies.authorize(signature.principal, 'lambda:InvokeFunction', arn);
    if (!decision.allowed) throw new LambdaError(403, 'AccessDeniedException', decision.message);
    if (functionId === undefined) throw new LambdaError(404, 'ResourceNotFoundException', `Function not found: ${arn}`);

    const event = parse(body);
    context.counters.count(`lambda.Invoke.${type}`);
    if (type === 'DryRun') return { status: 204 };
    if (type === 'Event') {
      queue.accept(functionId, event, requestId);
      return { status: 202 };
    }
    const result = await context.functions.invoke(functionId, event);
    const executed = { 'x-amz-executed-version': versionOf(stack, functionId) ?? '$LATEST' };
    if (result.ok) return { status: 200, headers: executed, body: result.payload };
    const { errorType, errorMessage } = result;
    if (result.throttled) throw new LambdaError(429, errorType, errorMessage);
    return {
      status: 200,
      headers: { ...executed, 'x-amz-function-error': 'Unhandled' },
      body: { errorType, errorMessage },
    };
  }

  const answer: Answering = async (request) => {
    const requestId = randomUUID();
    const { status, headers, body } = await invoke(request, requestId).catch(toErrorResponse);
    return {
      status,
      headers: { 'x-amzn-requestid': requestId, 'content-type': 'application/json', ...headers },
      body: body === undefined ? '' : JSON.stringify(body),
    };
  };
  return {
    answer,
    handle: overHttp(answer),
    async stop() {},
  };
}

function invocationType(request: Incoming): InvocationType {
  const requested = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
  if (requested === 'Event' || requested === 'RequestResponse' || requested === 'DryRun') return requested;
  const message = `Value '${String(requested)}' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]`;
  throw new LambdaError(400, 'ValidationException', message);
}

/** @param requested a name, an ARN or the end of an ARN, also with an alias or version; `qualifier` if that is given beside it */
function find(stack: Stack, requested: string, qualifier: string | undefined) {
  const named = qualifier === undefined ? requested : `${requested}:${qualifier}`;
  const functionId = findFunction(stack, named);
  if (functionId !== undefined) return { functionId, arn: arnOf(stack, functionId) };
  const arn = `arn:aws:lambda:${stack.region}:${stack.account}:function:${named.replace(/^.*?function:/, '')}`;
  return { functionId, arn };
}

/** Without a payload, the event is an empty object. */
function parse(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    const message = `Could not parse request body into json: ${String(error)}`;
    throw new LambdaError(400, 'InvalidRequestContentException', message);
  }
}

function toErrorResponse(error: unknown): InvokeResponse {
  if (error instanceof BrokenStack)
    return toErrorResponse(new LambdaError(404, 'ResourceNotFoundException', error.message));
  if (!(error instanceof LambdaError)) throw error;
  const { status, code, message } = error;
  return {
    status,
    headers: { 'x-amzn-errortype': code },
    body: { Type: status < 500 ? 'User' : 'Service', message, Message: message },
  };
}
