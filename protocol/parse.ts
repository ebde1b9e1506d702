/** Values from outside, checked once. */
import * as z from 'zod/mini';
import { ChatError } from './errors.ts';

/**
 * Parses a text from outside as an object.
 * @param what the word for it in the error; the error for a frame has an example
 * @throws ChatError `invalid_frame`
 */
export function parseObject(text: string | undefined, what: 'frame' | 'body'): Record<string, unknown> {
  const task = `read the ${what}`;
  const right = `send one JSON object${what === 'frame' ? ', such as {"type":"ping"}' : ''}`;
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    throw new ChatError('invalid_frame', `it is not JSON: ${right}`, { task });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ChatError('invalid_frame', `it is not an object: ${right}`, { task });
  }
  return { ...value };
}

/**
 * Parses a value from outside with its schema.
 * @param task the task for the error, if it is not the operation's own
 * @throws ChatError `invalid_frame`, which names the field and what it must be
 */
export function parseAs<T>(schema: z.ZodMiniType<T>, value: unknown, task?: string): T {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  // The key of a record may be anything, and a sentence has room for a short one.
  const field = issue?.path.map((part) => String(part).slice(0, 64)).join('.') || 'it';
  throw new ChatError('invalid_frame', `${field} ${issue?.message ?? 'is not as documented'}`, { task });
}
