import type { LocalRuntime } from './start.ts';

/** The outputs as `cdk deploy --outputs-file` writes them: a key for each stack. */
export function outputsFile({
  stack,
  outputs: { CognitoEndpoint },
}: Pick<LocalRuntime, 'stack' | 'outputs'>): Record<string, Record<string, unknown>> {
  return Object.fromEntries(
    stack.stacks
      .filter(({ isNested }) => !isNested)
      .map(({ name, outputs }) => [name, { ...outputs, ...(CognitoEndpoint !== undefined && { CognitoEndpoint }) }]),
  );
}
