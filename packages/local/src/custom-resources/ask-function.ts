import { z } from 'zod';
import type { Stack } from '#assembly/stack';
import type { Functions } from '#lambda/functions';
import { isObject } from '#text';
import { withTimeout } from '#timeout';
import { Answer, type Answers } from './answers.ts';

/** How long an answer may be on its way when its function has ended. */
const latestAnswerMs = 5000;
/** CDK's framework asks every five seconds, and gives up after half an hour. */
const [pauseMs, maxQuestions] = [250, 240];

type Ask = (event: Readonly<Record<string, unknown>>) => Promise<Answer>;

/**
 * Asks the function of a custom resource. One that puts its answer to `ResponseURL` is run as it is. CDK's provider framework is not run: it
 * waits with a state machine, which is not served. What it does is done here: the app's own `onEvent` and `isComplete` are asked.
 * Source: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html#provider-framework
 */
export function askFunction(
  { functions, answers }: { functions: Pick<Functions, 'invoke'>; answers: Pick<Answers, 'expect'> },
  stack: Stack,
  functionId: string,
): Ask {
  const variables = variablesOf(stack, functionId);
  const invoke = async (id: string, event: object): Promise<unknown> => {
    const result = await functions.invoke(id, event);
    if (result.ok) return result.payload;
    throw new Error(`${result.errorType}: ${result.errorMessage}`);
  };
  const userFunction = (name: string) =>
    stack.byPhysicalId('AWS::Lambda::Function', String(variables[name] ?? ''))?.logicalId;
  const onEvent = userFunction('USER_ON_EVENT_FUNCTION_ARN');
  const isComplete = userFunction('USER_IS_COMPLETE_FUNCTION_ARN');

  if (onEvent === undefined) {
    return async (event) => {
      const { url, answer } = answers.expect();
      // CDK's `AwsCustomResource` would install the newest SDK, which takes a minute. It finds the project's.
      const own = isObject(event.ResourceProperties) && 'InstallLatestAwsSdk' in event.ResourceProperties;
      const ResourceProperties = own
        ? Object.assign({}, event.ResourceProperties, { InstallLatestAwsSdk: 'false' })
        : event.ResourceProperties;
      await invoke(functionId, { ...event, ResponseURL: url, ResourceProperties });
      const late = { Status: 'FAILED' as const, Reason: 'its function has ended without an answer' };
      return await withTimeout(answer, latestAnswerMs, late);
    };
  }
  return async (event) => {
    const result = Result.parse((await invoke(onEvent, event)) ?? {});
    const PhysicalResourceId = result.PhysicalResourceId ?? event.PhysicalResourceId ?? event.RequestId;
    const answer = (Data: Result['Data']) => Answer.parse({ Status: 'SUCCESS', PhysicalResourceId, Data });
    if (isComplete === undefined) return answer(result.Data);
    for (let asked = 0; asked < maxQuestions; asked += 1) {
      const state = Result.parse(await invoke(isComplete, { ...event, ...result, PhysicalResourceId }));
      if (state.IsComplete) return answer({ ...result.Data, ...state.Data });
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    return Answer.parse({ Status: 'FAILED', Reason: `it is not complete after ${maxQuestions} questions` });
  };
}

const Result = z.looseObject({
  PhysicalResourceId: z.string().optional(),
  Data: z.record(z.string(), z.unknown()).optional(),
  IsComplete: z.boolean().default(false),
});
type Result = z.infer<typeof Result>;

function variablesOf(stack: Stack, functionId: string): Record<string, unknown> {
  const environment = stack.find(functionId)?.properties.Environment;
  const variables = isObject(environment) ? environment.Variables : undefined;
  return isObject(variables) ? variables : {};
}
