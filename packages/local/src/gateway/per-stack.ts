import type { Stack } from '#assembly/stack';
import type { Context } from '#context';

/**
 * Reads a value from the stack now, and again after each reload. If reading fails after a reload, the error is logged and the old value
 * stays.
 */
export function perStack<Value>(context: Pick<Context, 'stack' | 'log'>, read: (stack: Stack) => Value): () => Value {
  let stack = context.stack;
  let value = read(stack);
  return () => {
    if (context.stack !== stack) {
      stack = context.stack;
      try {
        value = read(stack);
      } catch (error) {
        context.log(error instanceof Error ? error.message : String(error));
      }
    }
    return value;
  };
}
