import { splitOnce } from './text.ts';

/** Values of a CDK app's context by name, in place of those of `cdk.json`. */
export type AppContext = Readonly<Record<string, unknown>>;

/** Values of parameters of templates: `Name`, or `Stack:Name` for one stack alone. */
export type Parameters = Readonly<Record<string, string>>;

/**
 * Parses assignments like `sendLimit=0`, as `cdk -c` does: the value is text, and may have `=` in it. Of two values for one name the last is
 * taken.
 * @param option for the sentence of the error
 * @throws Error, one sentence, when one is no assignment
 */
export function parseContext(assignments: readonly string[], option = '-c'): Record<string, string> {
  return Object.fromEntries(
    assignments.map((assignment) => {
      const [name, value] = splitOnce(assignment, '=');
      if (name !== '' && assignment.includes('=')) return [name, value];
      throw new Error(`unable to use the option "${assignment}"; write it as ${option} name=value`);
    }),
  );
}
