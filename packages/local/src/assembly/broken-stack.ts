import type { z } from 'zod';

/** The template or the cloud assembly cannot be served. The message is one sentence for its author. */
export class BrokenStack extends Error {
  override readonly name = 'BrokenStack';
}

/**
 * Parses a part of the template or of the cloud assembly.
 * @param task what needs the part, like `serve Api`
 * @throws BrokenStack that names the first wrong field
 */
export function parseOrBroken<Schema extends z.ZodType>(schema: Schema, part: unknown, task: string): z.output<Schema> {
  const parsed = schema.safeParse(part);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.length ? `${issue.path.join('.')}: ` : '';
  throw new BrokenStack(`unable to ${task}; ${where}${issue?.message}`);
}
