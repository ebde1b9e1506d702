import { randomUUID } from 'node:crypto';
import type { Answer, Answering, Incoming } from '#answer';
import type { Context } from '#context';
import type { Principal } from '#iam/access-keys';
import type { SignatureResult } from '#iam/signature';
import { verifyRequest } from '#iam/verify-request';
import { renderXml, type Xml } from '#s3/xml';

/** A form's fields, like `MessageAttributes.entry.1.Name`. */
export type Fields = ReadonlyMap<string, string>;

/** An error in the shape of the AWS query protocol. */
export class QueryError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

export interface QueryCall {
  /** Like `Publish`. */
  readonly operation: string;
  readonly fields: Fields;
  readonly signer: Principal;
  /** @throws QueryError when the signer may not do this */
  authorize(action: string, resource: string): void;
}

/** What differs between services that speak AWS's query protocol: a form in, XML out. */
export interface QueryService {
  /** The name that requests are signed for, like `sns`. */
  readonly signingName: string;
  readonly namespace: string;
  readonly maxBodyBytes: number;
  /** @returns the elements of `<…Result>` @throws QueryError */
  run(call: QueryCall): Promise<readonly Xml[]>;
}

/**
 * Handles requests in AWS's order: size, signature, permission, operation.
 * Source: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export function serveAwsQuery(context: Context, service: QueryService): Answering {
  const run = async (request: Incoming) => {
    const body = await request.body(service.maxBodyBytes);
    if (!body) throw new QueryError('RequestEntityTooLarge', `the request exceeds ${service.maxBodyBytes} bytes`, 413);
    const verified = verifyRequest(request, body, service.signingName, context);
    if (!verified.ok) throw unsigned(verified);
    const fields = new Map(new URLSearchParams(body.toString()));
    const operation = fields.get('Action') ?? '';
    const elements = await service.run({
      operation,
      fields,
      signer: verified.principal,
      authorize(action, resource) {
        const decision = context.policies.authorize(verified.principal, action, resource);
        if (!decision.allowed) throw new QueryError('AuthorizationError', decision.message, 403);
      },
    });
    return { operation, elements };
  };
  const write = (status: number, root: string, content: readonly Xml[], requestId: string): Answer => ({
    status,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body: `<${root} xmlns="${service.namespace}">${renderXml(content)}</${root}>`,
  });
  return async (request) => {
    const requestId = randomUUID();
    try {
      const { operation, elements } = await run(request);
      const metadata: Xml = ['ResponseMetadata', [['RequestId', requestId]]];
      return write(200, `${operation}Response`, [[`${operation}Result`, elements], metadata], requestId);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      const { status, code, message } = error;
      const details: Xml[] = [
        ['Type', status < 500 ? 'Sender' : 'Receiver'],
        ['Code', code],
        ['Message', message],
      ];
      return write(
        status,
        'ErrorResponse',
        [
          ['Error', details],
          ['RequestId', requestId],
        ],
        requestId,
      );
    }
  };
}

/** The fields of each element of a list: `<name>.member.<n>.…`, in order. An element of one value has the empty name. */
export function elementsOf(fields: Fields, name: string): Fields[] {
  const elements = new Map<number, Map<string, string>>();
  for (const [key, value] of fields) {
    const [, number, rest = ''] = key.startsWith(`${name}.`)
      ? (/^\.(?:member|entry)\.(\d+)(?:\.(.*))?$/.exec(key.slice(name.length)) ?? [])
      : [];
    if (number === undefined) continue;
    const element = elements.get(Number(number)) ?? new Map<string, string>();
    elements.set(Number(number), element.set(rest, value));
  }
  return [...elements].sort(([a], [b]) => a - b).map(([, element]) => element);
}

function unsigned({ code, message }: SignatureResult & { ok: false }): QueryError {
  const name = code === 'InvalidAccessKeyId' || code === 'InvalidToken' ? 'InvalidClientTokenId' : code;
  return new QueryError(name === 'RequestExpired' ? 'SignatureDoesNotMatch' : name, message, 403);
}
