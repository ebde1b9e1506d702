import { z } from 'zod';
import * as shape from '#cognito/shapes';

/** The input of a list. */
export const pageInput = z.object({
  UserPoolId: shape.userPoolId,
  Limit: z.number().int().min(0).max(60).default(60),
  NextToken: z.string().min(1).optional(),
});

/** @param keyOf by which the items are sorted, each once */
export function page<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  { Limit, NextToken }: { readonly Limit: number; readonly NextToken?: string | undefined },
): { items: readonly Item[]; NextToken: string | undefined } {
  const after = NextToken === undefined ? '' : Buffer.from(NextToken, 'base64url').toString();
  const rest = items.filter((item) => keyOf(item) > after);
  const chosen = rest.slice(0, Limit || 60);
  const last = chosen.at(-1);
  const more = last !== undefined && rest.length > chosen.length;
  return { items: chosen, NextToken: more ? Buffer.from(keyOf(last)).toString('base64url') : undefined };
}
