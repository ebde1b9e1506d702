import type { Stack } from '#assembly/stack';
import type { Context } from '#context';

/**
 * Reads something from the stack now, and again only when a reload brings another stack. One that cannot be read then is told to the
 * console, and what was served before goes on.
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
