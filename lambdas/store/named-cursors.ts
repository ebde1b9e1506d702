/**
 * How far the members of a conversation that is named by them have read and received. It is in the conversation's state, where a list of
 * conversations finds it for all members with the read that it makes anyway. Rooms and groups have it in the memberships (cursor.ts).
 *
 * holds  In the conversation state (conversation-state.ts), for each member, by the place of their name among the members, in base 36:
 *        `s<place>`, `c<place>`: the cursor. The member has read up to this entry, which was the n-th message.
 *        `d<place>` (ms): the end of the connection for this conversation alone that ended last.
 * begins Together with the windows (named-windows.ts), from what the memberships have. A state without windows has none of it.
 */
import type { NamedConversation } from '#protocol/names';
import type { TimedStore } from '../runtime/services.ts';
import { type Cursor, conversationStateKey } from './conversation-state.ts';
import { updateItemIf } from './item.ts';
import { placeOf } from './named-sends.ts';
import { openWindows } from './named-windows.ts';

/** @returns `false` when the member had read this far already */
export async function moveNamedCursor(
  services: TimedStore,
  conversation: NamedConversation,
  username: string,
  { seq, count }: Cursor,
): Promise<boolean> {
  const place = placeOf(conversation, username);
  return advance(services, conversation, `s${place}`, seq, { [`c${place}`]: count });
}

/** @param at ms */
export async function advanceNamedDelivery(
  services: TimedStore,
  conversation: NamedConversation,
  username: string,
  at: number,
): Promise<void> {
  await advance(services, conversation, `d${placeOf(conversation, username)}`, at);
}

/** @param others attributes that are set together with it */
async function advance(
  services: TimedStore,
  conversation: NamedConversation,
  attribute: string,
  to: number,
  others: Readonly<Record<string, number>> = {},
): Promise<boolean> {
  const values = Object.entries({ [attribute]: to, ...others });
  const update = () =>
    updateItemIf(services.table, {
      Key: conversationStateKey(conversation.id),
      UpdateExpression: `SET ${values.map(([name]) => `${name} = :${name}`).join(', ')}`,
      ConditionExpression: `attribute_exists(w0) AND (attribute_not_exists(${attribute}) OR ${attribute} < :${attribute})`,
      ExpressionAttributeValues: Object.fromEntries(values.map(([name, value]) => [`:${name}`, value])),
    });
  const first = await update();
  if (first.ok || first.item?.w0 !== undefined) return first.ok;
  await openWindows(services, conversation);
  return (await update()).ok;
}
