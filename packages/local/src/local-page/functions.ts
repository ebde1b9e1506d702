import { BrokenStack } from '#assembly/broken-stack';
import { withoutHash } from '#calls';
import type { Context } from '#context';
import { logFileName } from '#logs/log-files';
import { lastLines } from './logs.ts';

export interface DescribedFunction {
  readonly name: string;
  readonly invocations: number;
  readonly running: number;
  readonly errors: number;
  readonly coldStarts: number;
  /** Milliseconds of an invocation, on average; undefined before the first. */
  readonly averageMs?: number | undefined;
  /** The name of its log. Empty for a function that cannot run here. */
  readonly log: string;
  /** The last lines that the function itself has written. */
  readonly lastLines: readonly string[];
}

/** Neither a line that Lambda writes around an invocation, nor one that only counts. */
const isOwnLine = (line: string): boolean =>
  line !== '' && !/^(?:START|END|REPORT) RequestId:|^\{"time":"[^"]+","type":"platform\.|^\{"_aws":/.test(line);

function logOf(functions: Context['functions'], functionId: string): string {
  try {
    return logFileName(functions.config(functionId).logGroup);
  } catch (error) {
    if (error instanceof BrokenStack) return '';
    throw error;
  }
}

/** @param logs the folder */
export function describeFunctions(
  { stack, functions }: Context,
  counts: Readonly<Record<string, number>>,
  logs: string,
): Promise<DescribedFunction[]> {
  return Promise.all(
    stack.functions.map(async ({ logicalId }) => {
      const name = withoutHash(logicalId);
      const count = (kind: string): number => counts[`lambda.${kind}:${name}`] ?? 0;
      const done = count('done');
      const log = logOf(functions, logicalId);
      const lines = log === '' ? [] : await lastLines(logs, log, 8 * 1024);
      return {
        name,
        invocations: count('invoke'),
        running: count('invoke') - done,
        errors: count('error'),
        coldStarts: count('cold'),
        averageMs: done > 0 ? count('ms') / done : undefined,
        log,
        lastLines: lines.filter(isOwnLine).slice(-3),
      };
    }),
  );
}
