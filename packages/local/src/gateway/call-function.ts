import type { Context } from '#context';
import { withTimeout } from '#timeout';

export type CallResult = CallOutcome & {
  /** Milliseconds: the access log's `integrationLatency`. */
  readonly latency: number;
};

type CallOutcome =
  | { readonly kind: 'answer'; readonly payload: unknown }
  /** It threw, ran into its own timeout, or does not exist any more. */
  | { readonly kind: 'failed'; readonly message: string }
  /** The integration timed out. The function keeps running. */
  | { readonly kind: 'timeout' }
  /** The function's resource policy does not allow API Gateway. */
  | { readonly kind: 'forbidden' };

export interface Call {
  /** Logical id. */
  readonly functionId: string;
  /** `arn:aws:execute-api:<region>:<account>:<apiId>/…`, which the function's resource policy must allow. */
  readonly sourceArn: string;
  /** The role that API Gateway assumes for the call, in place of the resource policy. */
  readonly roleArn?: string | undefined;
  readonly event: unknown;
  /** Milliseconds. */
  readonly timeout: number;
}

/** Invokes a function as API Gateway does: the function's resource policy must allow it, and the integration's timeout applies. */
export async function callFunction(context: Context, call: Call): Promise<CallResult> {
  const { functionId } = call;
  const refusal = refusalOf(context, call);
  if (refusal) {
    context.log(`API Gateway may not invoke ${functionId}: ${refusal}`);
    return { kind: 'forbidden', latency: 0 };
  }
  const started = context.clock.now();
  const invoked = context.functions.invoke(functionId, call.event).then(
    (result): CallOutcome =>
      result.ok
        ? { kind: 'answer', payload: result.payload }
        : { kind: 'failed', message: `${result.errorType}: ${result.errorMessage}` },
    (error: unknown): CallOutcome => ({ kind: 'failed', message: String(error) }),
  );
  const outcome = await withTimeout(invoked, call.timeout, { kind: 'timeout' } as const);
  return { ...outcome, latency: context.clock.now() - started };
}

function refusalOf(context: Context, { functionId, sourceArn, roleArn }: Call): string | undefined {
  if (roleArn === undefined) {
    return context.functions.allows(functionId, 'apigateway.amazonaws.com', sourceArn)
      ? undefined
      : `no AWS::Lambda::Permission allows the source ${sourceArn}`;
  }
  const roleId = context.stack.byPhysicalId('AWS::IAM::Role', roleArn)?.logicalId ?? '';
  const role = { kind: 'role', arn: roleArn, roleId, functionId } as const;
  const decision = context.policies.authorize(role, 'lambda:InvokeFunction', context.stack.arn(functionId));
  return decision.allowed ? undefined : decision.message;
}

/** @param resource the part after the API's id: `prod/$connect`, `$default/GET/items/{id}`, `authorizers/abc` */
export function executeApiArn({ stack }: Pick<Context, 'stack'>, apiId: string, resource: string): string {
  return `arn:aws:execute-api:${stack.region}:${stack.account}:${apiId}/${resource}`;
}

export function domainNameOf({ stack }: Pick<Context, 'stack'>, apiId: string): string {
  return `${apiId}.execute-api.${stack.region}.amazonaws.com`;
}
