import { randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { ZodError } from 'zod';
import type { Answer, Answering, Incoming } from '#answer';
import type { Context } from '#context';
import type { Principal } from '#iam/access-keys';
import type { SignatureCode, SignatureResult } from '#iam/signature';
import { signatureErrors, verifyRequest } from '#iam/verify-request';
import { isObject, parseJson } from '#text';
import { AwsError } from './aws-error.ts';

/** A request to a service. */
export interface AwsJsonCall {
  /** Like `PutItem`; empty when the target is another service's, or missing. */
  readonly operation: string;
  /** `X-Amz-Target` as it came. */
  readonly target: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The bytes of `input`. */
  readonly body: Buffer;
  /** Who signed the request. @throws AwsError */
  signer(): Principal;
  /** @throws AwsError when nobody known signed the request, or the signer may not do this */
  authorize(action: string, resource: string): void;
  /** The error for an operation that is not served locally. */
  notServed(): AwsError;
}

export interface AwsJsonAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object | Buffer;
}

export type CommonError =
  | (typeof signatureErrors)[SignatureCode]
  | 'AccessDeniedException'
  | 'RequestEntityTooLargeException'
  | 'SerializationException'
  | 'UnknownOperationException';

/** What differs between services that speak AWS JSON: operation in `X-Amz-Target`, input and output as JSON bodies. */
export interface AwsJsonService {
  /** The name that requests are signed for, like `sqs`. */
  readonly signingName: string;
  /** What stands before the operation, like `AmazonSQS.`. */
  readonly targetPrefix: string;
  readonly version: '1.0' | '1.1';
  readonly maxBodyBytes: number;
  /** True: the signature is checked only when an operation asks for its signer. */
  readonly allowsUnsigned?: boolean;
  /** How the service spells errors; the default is the common spelling. */
  readonly errors?: {
    /** An error that all services have, like `SerializationException`. */
    readonly common?: (name: CommonError, message: string, status?: number) => AwsError;
    readonly unsigned?: (result: SignatureResult & { ok: false }) => AwsError;
    readonly denied?: (message: string) => AwsError;
    /** For an input without the required shape. */
    readonly invalid?: (error: ZodError) => AwsError;
  };
  /** Headers of every answer. */
  readonly headers?: (body: Buffer) => Readonly<Record<string, string>>;
  /** @throws AwsError, ZodError */
  run(call: AwsJsonCall): Promise<AwsJsonAnswer>;
}

/** Handles requests in AWS's order: size of the body, signature, JSON, permission, operation. */
export function serveAwsJson(context: Context, service: AwsJsonService): Answering {
  const { errors = {} } = service;
  const fail =
    errors.common ?? ((name: CommonError, message: string, status?: number) => new AwsError(name, message, { status }));

  const callOf = (request: Incoming, body: Buffer) => {
    let verified: SignatureResult | undefined;
    const call = {
      body,
      signer() {
        verified ??= verifyRequest(request, body, service.signingName, context);
        if (verified.ok) return verified.principal;
        throw errors.unsigned?.(verified) ?? fail(signatureErrors[verified.code], verified.message);
      },
      authorize(action: string, resource: string) {
        const decision = context.policies.authorize(call.signer(), action, resource);
        if (decision.allowed) return;
        throw errors.denied?.(decision.message) ?? fail('AccessDeniedException', decision.message);
      },
    };
    return call;
  };
  const answerTo = async (request: Incoming): Promise<AwsJsonAnswer> => {
    const body = await request.body(service.maxBodyBytes);
    if (!body) {
      throw fail('RequestEntityTooLargeException', `the request exceeds ${service.maxBodyBytes} bytes`, 413);
    }
    const call = callOf(request, body);
    if (!service.allowsUnsigned) call.signer();
    const input = parseObject(plainBody(request, body, service.maxBodyBytes));
    if (!input) throw fail('SerializationException', 'the request body is not a JSON object');
    const target = String(request.headers['x-amz-target'] ?? '');
    const operation = target.startsWith(service.targetPrefix) ? target.slice(service.targetPrefix.length) : '';
    return service.run({
      ...call,
      operation,
      target,
      input,
      notServed() {
        const called = operation || target || 'a request without X-Amz-Target';
        return fail('UnknownOperationException', `${called} is not served locally`);
      },
    });
  };
  const write = ({ headers, ...rest }: AwsJsonAnswer): Answer =>
    jsonAnswer(rest, (body) => ({
      'content-type': `application/x-amz-json-${service.version}`,
      ...service.headers?.(body),
      ...headers,
    }));
  return async (request) => {
    try {
      return write(await answerTo(request));
    } catch (thrown) {
      const error = thrown instanceof ZodError ? errors.invalid?.(thrown) : thrown;
      if (!(error instanceof AwsError)) throw thrown;
      return write(error);
    }
  };
}

/** @param headersOf made from the body's bytes */
export function jsonAnswer(
  { status = 200, body }: Omit<AwsJsonAnswer, 'headers'>,
  headersOf: (body: Buffer) => Readonly<Record<string, string>>,
): Answer {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  return { status, headers: { 'x-amzn-requestid': randomUUID(), ...headersOf(bytes) }, body: bytes };
}

/** SDKs compress what is long. @returns nothing for what is no gzip, or longer than the limit */
function plainBody({ headers }: Incoming, body: Buffer, maxOutputLength: number): Buffer {
  if (headers['content-encoding'] !== 'gzip') return body;
  try {
    return gunzipSync(body, { maxOutputLength });
  } catch {
    return Buffer.alloc(0);
  }
}

export function parseObject(body: Buffer): Record<string, unknown> | undefined {
  const value = parseJson(body.toString());
  return isObject(value) ? value : undefined;
}
