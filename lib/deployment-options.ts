import { z } from 'zod';

/** Options about what a deployment does and costs, which options.ts adds to the others. */

/** https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html#tag-conventions */
const tagName = z
  .string()
  .regex(/^[\p{L}\p{N}\s_.:/=+@-]{1,128}$/u)
  .refine((name) => !name.toLowerCase().startsWith('aws:'));
const tagValue = z.string().regex(/^[\p{L}\p{N}\s_.:/=+@-]{0,256}$/u);
export const Tags = z.record(tagName, tagValue).refine((tags) => Object.keys(tags).length <= 45);

export const Budget = z.strictObject({
  /** US dollars a month. */
  dollars: z.number().positive().max(1_000_000_000),
  /** Who is told. */
  email: z.email(),
  /** The name of one of the tags, to count what has it alone. */
  tag: z.string().optional(),
});

const environments = z.int().min(0).max(10_000).optional();
export const Provisioned = z.strictObject({ authorize: environments, socket: environments, http: environments });

/** How a new version takes over. */
export const rollouts = ['at-once', 'canary', 'linear'] as const;
