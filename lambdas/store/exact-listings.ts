import type { Store } from '../runtime/services.ts';
import { queryOnce } from './item.ts';
import { usernameOf } from './keys.ts';

/** The users who are listed under exactly this name, in no order (people-index.ts). @param text folded, not empty */
export async function usersListedAs({ table }: Store, text: string, limit: number): Promise<string[]> {
  const [first] = text;
  const items = await queryOnce(table, {
    IndexName: 'people',
    KeyConditionExpression: 'listed_in = :first AND listed_as = :text',
    ExpressionAttributeValues: { ':first': first, ':text': text },
    Limit: limit,
  });
  return [...new Set(items.map(({ pk }) => usernameOf(pk)))];
}
