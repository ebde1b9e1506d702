import type { Context } from '#context';
import type { InvokeResult } from '#lambda/functions';
import type { Attributes } from './attributes.ts';
import { CognitoError } from './errors.ts';
import type { PoolSettings } from './pool-settings.ts';

type TriggerName = 'PreSignUp' | 'PostConfirmation';
export type TriggerSource =
  | 'PreSignUp_SignUp'
  | 'PostConfirmation_ConfirmSignUp'
  | 'PostConfirmation_ConfirmForgotPassword';

export interface TriggerRequest {
  readonly source: TriggerSource;
  readonly username: string;
  readonly clientId: string;
  readonly userAttributes: Attributes;
  readonly clientMetadata?: Readonly<Record<string, string>> | undefined;
  /** PreSignUp only. */
  readonly validationData?: Readonly<Record<string, string>> | undefined;
}

export interface Triggers {
  /**
   * Runs the pool's function for this event, if it has one.
   * @returns the `response` part of the function's answer
   * @throws CognitoError UserLambdaValidationException (the function failed), UnexpectedLambdaException (it may not be invoked, or
   * gave no answer in time) or InvalidLambdaResponseException
   */
  run(request: TriggerRequest): Promise<Record<string, unknown>>;
}

/** The triggers that this service runs; a template may name others. */
export const knownTriggers: readonly string[] = ['PreSignUp', 'PostConfirmation'] satisfies TriggerName[];

const emptyResponse = {
  PreSignUp: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
  PostConfirmation: {},
} as const;

/**
 * @param limit a function must answer within 5 s, and Cognito asks three times before it gives up (developer guide, "Customizing user
 * pool workflows with Lambda triggers"); a failure is not repeated.
 */
export function createTriggers(
  pool: { readonly id: string; readonly arn: string; readonly triggers: PoolSettings['triggers'] },
  { stack, functions }: Pick<Context, 'stack' | 'functions'>,
  limit: { readonly milliseconds: number; readonly attempts: number } = { milliseconds: 5000, attempts: 3 },
): Triggers {
  async function invoke(name: TriggerName, functionId: string, event: unknown): Promise<unknown> {
    for (let attempt = 1; attempt <= limit.attempts; attempt++) {
      const result = await within(limit.milliseconds, functions.invoke(functionId, event));
      if (result === 'late') continue;
      if (result.ok) return result.payload;
      throw new CognitoError(
        'UserLambdaValidationException',
        `${name} failed with error ${sentence(result.errorMessage)}`,
      );
    }
    throw unexpected(name, 'Socket timeout while invoking Lambda function');
  }

  return {
    async run({ source, username, clientId, ...request }) {
      const name: TriggerName = source === 'PreSignUp_SignUp' ? 'PreSignUp' : 'PostConfirmation';
      const arn = pool.triggers[name];
      if (arn === undefined) return {};
      const functionId = stack.byPhysicalId('AWS::Lambda::Function', arn)?.logicalId;
      if (functionId === undefined) throw unexpected(name, 'ResourceNotFoundException');
      if (!functions.allows(functionId, 'cognito-idp.amazonaws.com', pool.arn)) {
        throw unexpected(name, 'AccessDeniedException');
      }
      const answer = await invoke(name, functionId, {
        version: '1',
        region: stack.region,
        userPoolId: pool.id,
        userName: username,
        callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId },
        triggerSource: source,
        request,
        response: emptyResponse[name],
      });
      if (!isObject(answer)) throw new CognitoError('InvalidLambdaResponseException', 'Unrecognizable lambda output');
      return isObject(answer.response) ? answer.response : {};
    },
  };
}

const unexpected = (name: TriggerName, reason: string) =>
  new CognitoError('UnexpectedLambdaException', `${name} invocation failed due to error ${sentence(reason)}`);

const sentence = (text: string) => (text.endsWith('.') ? text : `${text}.`);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

async function within(milliseconds: number, result: Promise<InvokeResult>): Promise<InvokeResult | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), milliseconds);
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
  }
}
