import type { Stack } from '#local/assembly/stack';
import type { Context } from '#local/context';
import type { AccessLog } from './access-log.ts';
import { type Api, readApis } from './apis.ts';
import type { Throttle } from './throttle.ts';

/** What all parts of the gateway share. */
export interface Gateway {
  readonly context: Context;
  readonly throttle: Throttle;
  readonly accessLog: AccessLog;
  /** As the template has it now: after a reload another one. */
  api(id: string): Api | undefined;
}

/** Reads the APIs of a stack once, and again when a reload brings another stack. */
export function apiFinder(context: Context): (id: string) => Api | undefined {
  let stack: Stack = context.stack;
  let apis = readApis(stack);
  return (id) => {
    if (context.stack !== stack) {
      apis = readApis(context.stack);
      stack = context.stack;
    }
    return apis.get(id);
  };
}
