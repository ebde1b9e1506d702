import type { Context } from '#context';
import { findFunction } from '#lambda/find-function';
import { isObject } from '#text';
import { withTimeout } from '#timeout';
import type { Attributes } from './attributes.ts';
import { CognitoError } from './errors.ts';
import type { PoolSettings } from './pool-settings.ts';

type TriggerName = 'PreSignUp' | 'PostConfirmation';
export type TriggerSource =
  | 'PreSignUp_AdminCreateUser'
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
   * @returns the `response` part of the function's result
   * @throws CognitoError UserLambdaValidationException (the function failed), UnexpectedLambdaException (no permission, or a timeout) or
   * InvalidLambdaResponseException
   */
  run(request: TriggerRequest): Promise<Record<string, unknown>>;
}

/** The triggers that are served locally. */
export const knownTriggers: readonly string[] = ['PreSignUp', 'PostConfirmation'] satisfies TriggerName[];

const emptyResponse = {
  PreSignUp: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
  PostConfirmation: {},
} as const;

/**
 * @param limit Cognito waits 5 s for a function, and invokes it three times if it does not answer (developer guide, "Customizing user pool
 * workflows with Lambda triggers"). It does not retry after an error.
 */
export function createTriggers(
  pool: { readonly id: string; readonly arn: string; readonly triggers: PoolSettings['triggers'] },
  { stack, functions }: Pick<Context, 'stack' | 'functions'>,
  limit: { readonly timeoutMs: number; readonly attempts: number } = { timeoutMs: 5000, attempts: 3 },
): Triggers {
  async function invoke(name: TriggerName, functionId: string, event: unknown): Promise<unknown> {
    for (let attempt = 1; attempt <= limit.attempts; attempt++) {
      const result = await withTimeout(functions.invoke(functionId, event), limit.timeoutMs, 'timeout' as const);
      if (result === 'timeout') continue;
      if (result.ok) return result.payload;
      throw new CognitoError(
        'UserLambdaValidationException',
        `${name} failed with error ${withFullStop(result.errorMessage)}`,
      );
    }
    throw unexpectedError(name, 'Socket timeout while invoking Lambda function');
  }

  return {
    async run({ source, username, clientId, ...request }) {
      const name: TriggerName = source.startsWith('PreSignUp_') ? 'PreSignUp' : 'PostConfirmation';
      const arn = pool.triggers[name];
      if (arn === undefined) return {};
      const functionId = findFunction(stack, arn);
      if (functionId === undefined) throw unexpectedError(name, 'ResourceNotFoundException');
      if (!functions.allows(functionId, 'cognito-idp.amazonaws.com', pool.arn)) {
        throw unexpectedError(name, 'AccessDeniedException');
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

const unexpectedError = (name: TriggerName, reason: string) =>
  new CognitoError('UnexpectedLambdaException', `${name} invocation failed due to error ${withFullStop(reason)}`);

const withFullStop = (text: string) => (text.endsWith('.') ? text : `${text}.`);
