import type { Stack } from '#local/assembly/stack';
import type { Context } from '#local/context';

/** Reads something from the stack now, and again only when a reload brings another stack. */
export function perStack<Value>(context: Pick<Context, 'stack'>, read: (stack: Stack) => Value): () => Value {
  let stack = context.stack;
  let value = read(stack);
  return () => {
    if (context.stack !== stack) {
      value = read(context.stack);
      stack = context.stack;
    }
    return value;
  };
}
