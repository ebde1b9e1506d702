import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { sentUrlOf } from '#answer';
import { BrokenStack, parseOrBroken } from '#assembly/broken-stack';
import type { Stack } from '#assembly/stack';
import type { Context, Service } from '#context';
import { corsConfiguration } from '#gateway/apis';
import type { Authorized } from '#gateway/http/authorization';
import { isPreflight, preflightHeaders, withCors } from '#gateway/http/cors';
import { httpEvent } from '#gateway/http/http-event';
import { type HttpResponse, toHttpResponse } from '#gateway/http/http-response';
import { identityOf } from '#gateway/http/iam-authorizer';
import { describeRequest } from '#gateway/http/request-event';
import { perStack } from '#gateway/per-stack';
import { verifySignature } from '#iam/signature';
import { readBody } from '#read-body';
import { arnOf, findFunction } from './find-function.ts';
import { mayInvokeByUrl } from './permissions.ts';

export const functionUrlPrefix = '/_aws/lambda-url';

const maxBodyBytes = 6 * 1024 * 1024;

/** Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-url.html */
const propertiesShape = z.looseObject({
  TargetFunctionArn: z.string(),
  Qualifier: z.string().optional(),
  AuthType: z.enum(['NONE', 'AWS_IAM']),
  Cors: corsConfiguration.optional(),
});

type FunctionUrl = ReturnType<typeof readUrls>[number];

function readUrls(stack: Stack) {
  return stack.ofType('AWS::Lambda::Url').map(({ logicalId, properties }) => {
    const url = parseOrBroken(propertiesShape, properties, `read the function URL ${logicalId}`);
    const functionArn = stack.ref(logicalId);
    const functionId = findFunction(stack, functionArn);
    if (functionId === undefined)
      throw new BrokenStack(`unable to serve ${logicalId}; ${functionArn} is not a function of this stack`);
    const host = new URL(stack.attribute(logicalId, 'FunctionUrl') ?? '').host;
    return { id: host.split('.', 1)[0] ?? '', host, logicalId, functionId, ...url };
  });
}

/**
 * Serves function URLs below `/_aws/lambda-url/<id>`: payload format 2.0, no authentication or IAM, CORS.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
 * @throws BrokenStack
 */
export async function startFunctionUrls(context: Context): Promise<Service> {
  const urls = perStack(context, (stack) => new Map(readUrls(stack).map((url) => [url.id, url])));
  urls();

  return {
    async handle(request, response) {
      const { url = '' } = request;
      const [, id = '', path = '', query = ''] = /^\/_aws\/lambda-url\/([^/?]+)(\/[^?]*)?(?:\?(.*))?$/s.exec(url) ?? [];
      const functionUrl = urls().get(id);
      const requestId = randomUUID();
      const result = functionUrl
        ? await respond(context, functionUrl, { request, requestId, path: path || '/', query })
        : forbidden;
      send(response, request, requestId, result);
    },
    stop: async () => undefined,
  };
}

interface Call {
  readonly request: IncomingMessage;
  readonly requestId: string;
  /** Percent-encoded. */
  readonly path: string;
  readonly query: string;
}

async function respond(context: Context, url: FunctionUrl, call: Call): Promise<HttpResponse> {
  const { headers, method = 'GET' } = call.request;
  const body = await readBody(call.request, maxBodyBytes);
  if (url.Cors && isPreflight(method, headers))
    return { status: 200, headers: preflightHeaders(url.Cors, headers.origin), body: Buffer.alloc(0) };
  const result = body ? await invoke(context, url, call, body) : error(413, { message: 'Request Entity Too Large' });
  return { ...result, headers: withCors(url.Cors, headers.origin, result.headers) };
}

async function invoke(context: Context, url: FunctionUrl, call: Call, body: Buffer): Promise<HttpResponse> {
  const authorized = authorize(context, url, call, body);
  if (!authorized) return forbidden;
  const routed = {
    ...{ ...call, apiId: url.id, domainName: url.host, body },
    stage: { name: '$default', variables: undefined },
    found: { route: { key: '$default', path: '' }, parameters: {} },
  };
  const isPublic = authorized.kind === 'none';
  const described = {
    ...describeRequest({ context }, routed),
    ...(isPublic && { accountId: 'anonymous' }),
  };
  const event = httpEvent(described, routed, authorized, '2.0');
  const result = await context.functions.invoke(url.functionId, event);
  if (result.ok) return toHttpResponse(result.payload, '2.0', failed);
  if (result.errorType !== 'TooManyRequestsException') return failed;
  const Reason = 'ReservedFunctionConcurrentInvocationLimitExceeded';
  return error(429, { Reason, Type: 'User', message: result.errorMessage });
}

/** Who may call. Undefined: nobody whom the policies allow. */
function authorize(context: Context, url: FunctionUrl, call: Call, body: Buffer): Authorized | undefined {
  const { stack, keys, clock, policies, log } = context;
  const { functionId, AuthType } = url;
  const byResource = (principals: readonly string[]) => mayInvokeByUrl(stack, functionId, AuthType, principals);
  if (AuthType === 'NONE') {
    if (byResource(['*'])) return { kind: 'none' };
    log(
      `${url.logicalId}: no AWS::Lambda::Permission allows everybody lambda:InvokeFunctionUrl and lambda:InvokeFunction`,
    );
    return undefined;
  }
  const { method = 'GET', headers } = call.request;
  const verified = verifySignature(
    { method, url: sentUrlOf(call.request), headers, payload: { body } },
    { service: 'lambda', region: stack.region, keys, now: () => clock.now() },
  );
  if (!verified.ok) {
    log(`${url.logicalId}: a request was refused; ${verified.message}`);
    return undefined;
  }
  const { principal, credentials } = verified;
  const arn = arnOf(stack, functionId);
  const decisions = [
    policies.authorize(principal, 'lambda:InvokeFunctionUrl', arn, { 'lambda:FunctionUrlAuthType': AuthType }),
    policies.authorize(principal, 'lambda:InvokeFunction', arn, { 'lambda:InvokedViaFunctionUrl': 'true' }),
  ];
  const roleArn = principal.kind === 'role' ? stack.arn(principal.roleId) : principal.arn;
  const refused = decisions.find(({ allowed }) => !allowed);
  if (refused?.allowed === false && !byResource(['*', roleArn, principal.arn])) {
    log(`${url.logicalId}: a request was refused; ${refused.message}`);
    return undefined;
  }
  return { kind: 'iam', caller: identityOf(principal, credentials, stack.account) };
}

function error(status: number, body: object, headers: Record<string, string> = {}): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(body)),
  };
}

const forbidden = error(403, { Message: 'Forbidden' }, { 'x-amzn-errortype': 'AccessDeniedException' });
/** The function failed, or its answer is none. */
const failed: HttpResponse = { status: 502, headers: {}, body: Buffer.from('Internal Server Error') };

function send(response: ServerResponse, request: IncomingMessage, requestId: string, result: HttpResponse): void {
  const length = result.status === 204 || result.status === 304 ? {} : { 'content-length': result.body.length };
  response.writeHead(result.status, { ...result.headers, 'x-amzn-requestid': requestId, ...length });
  response.end(request.method === 'HEAD' ? undefined : result.body);
}
