/**
 * Prepares the state of a conversation that is named by its members for their sends (named-sends.ts) and cursors (named-cursors.ts), and keeps
 * the marks of blocks and friendship in it as they are in the memberships.
 */
import { ChatError } from '#protocol/errors';
import type { NamedConversation } from '#protocol/names';
import type { TimedStore } from '../runtime/services.ts';
import { conversationStateKey } from './conversation-state.ts';
import { type DirectSide, directMembershipUpdate, endBlockUpdate } from './direct-membership.ts';
import { type ItemUpdate, updateItemIf, updateTogether } from './item.ts';
import { getMembership, getMemberships, type Membership, membershipKey } from './membership.ts';
import { placeOf, shortRecordHash, windowSizeOf } from './named-sends.ts';

/** A state without entries, if there is none yet. */
export const begin =
  'seq = if_not_exists(seq, :zero), #count = if_not_exists(#count, :zero), #at = if_not_exists(#at, :now)';

/**
 * Adds the windows, with what the memberships remember: until there were windows, sends were noted there. The cursors and the marks come
 * along. Nothing happens if there are windows already.
 */
export async function openWindows({ table, now }: TimedStore, conversation: NamedConversation): Promise<void> {
  const { id, members } = conversation;
  const memberships = await getMemberships(
    { table },
    members.map((username) => ({ username, conversation: id })),
    { consistent: true },
  );
  const places = members.map((username) => placeOf(conversation, username));
  const marked = memberships.filter(({ blocked }) => blocked).map(({ username }) => placeOf(conversation, username));
  const isUnfriended = memberships.some(({ unfriended }) => unfriended);
  const cursors = Object.fromEntries(memberships.flatMap((membership) => cursorsOf(conversation, membership)));
  await updateItemIf(table, {
    Key: conversationStateKey(id),
    UpdateExpression: [
      `SET ${begin}`,
      ...places.map((place) => `w${place} = :w${place}`),
      ...marked.map((place) => `b${place} = :yes`),
      ...(isUnfriended ? ['unfriended = :yes'] : []),
      ...Object.keys(cursors).map((attribute) => `${attribute} = :${attribute}`),
    ].join(', '),
    ConditionExpression: `attribute_not_exists(w${places[0]})`,
    ExpressionAttributeNames: { '#count': 'count', '#at': 'at' },
    ExpressionAttributeValues: {
      ':zero': 0,
      ':now': now(),
      ...(marked.length > 0 || isUnfriended ? { ':yes': true } : {}),
      ...Object.fromEntries(Object.entries(cursors).map(([attribute, value]) => [`:${attribute}`, value])),
      ...Object.fromEntries(
        members.map((username, index) => {
          const membership = memberships.find((other) => other.username === username);
          return [`:w${places[index]}`, windowFrom(membership, windowSizeOf(conversation))];
        }),
      ),
    },
  });
}

/** The attributes of named-cursors.ts. Whoever has a membership has them, so a list need not look for the membership. */
function cursorsOf(
  conversation: NamedConversation,
  { username, read, deliveredUntil }: Membership,
): [attribute: string, value: number][] {
  const place = placeOf(conversation, username);
  return [
    [`s${place}`, read.seq],
    [`c${place}`, read.count],
    ...(deliveredUntil === undefined ? [] : [[`d${place}`, deliveredUntil] satisfies [string, number]]),
  ];
}

function windowFrom(membership: Membership | undefined, size: number): Record<string, number> {
  const newest = [...(membership?.recentSends ?? [])].sort(([, a], [, b]) => b - a).slice(0, size);
  return Object.fromEntries(newest.map(([hash, seq]) => [shortRecordHash(hash), seq]));
}

/** The update of the state for a transaction that changes the two memberships of a direct conversation. */
export function directStateUpdate(
  { now }: Pick<TimedStore, 'now'>,
  conversation: NamedConversation,
  sides: readonly { readonly username: string; readonly side: DirectSide }[],
): ItemUpdate {
  const isOpen = sides.every(({ side }) => side === 'open');
  const marks = sides
    .filter(({ side }) => side === 'blocked')
    .map(({ username }) => `b${placeOf(conversation, username)}`);
  const set = isOpen ? [] : ['unfriended', ...marks].map((mark) => `, ${mark} = :yes`);
  return {
    Key: conversationStateKey(conversation.id),
    UpdateExpression: `SET ${begin}${set.join('')}${isOpen ? ' REMOVE unfriended' : ''}`,
    ExpressionAttributeNames: { '#count': 'count', '#at': 'at' },
    ExpressionAttributeValues: { ':zero': 0, ':now': now(), ...(isOpen ? {} : { ':yes': true }) },
  };
}

/** The other person in a direct conversation can write nothing more: `username` has deleted their account. As if they were blocked. */
export async function closeDirect(
  services: TimedStore,
  conversation: NamedConversation,
  username: string,
): Promise<void> {
  const others = conversation.members.filter((name) => name !== username);
  const sides = others.map((name) => ({ username: name, side: 'blocked' }) as const);
  const done = await updateTogether(services.table, [
    ...others.map((name) => directMembershipUpdate(name, conversation.id, 'blocked')),
    directStateUpdate(services, conversation, sides),
  ]);
  if (!done) throw new Error(`unable to close ${conversation.id}; it was being changed`);
}

/**
 * Ends a block of `other` by `blocker`, in both memberships and the state at once. Nothing happens without memberships.
 * @throws ChatError `conflict` when others change them again and again
 */
export async function endBlock(
  { table, now }: TimedStore,
  conversation: NamedConversation,
  blocker: string,
  other: string,
): Promise<void> {
  const { id } = conversation;
  for (let tries = 0; tries < 5; tries++) {
    const done = await updateTogether(table, [
      endBlockUpdate(other, id, 'blocked'),
      endBlockUpdate(blocker, id, 'blocks'),
      {
        Key: conversationStateKey(id),
        UpdateExpression: `SET ${begin} REMOVE b${placeOf(conversation, other)}`,
        ExpressionAttributeNames: { '#count': 'count', '#at': 'at' },
        ExpressionAttributeValues: { ':zero': 0, ':now': now() },
      },
    ]);
    if (done || !(await getMembership({ table }, blocker, id))?.blocks) return;
  }
  throw new ChatError('conflict', 'it was changed by others again and again: try again', { retryAfter: 1 });
}

/**
 * Removes the marks that bar a member from writing, if their membership has none. Marks and memberships change together, but a state that
 * was opened just then may have a mark that had ended.
 */
export async function removeStaleMarks(
  { table }: TimedStore,
  conversation: NamedConversation,
  { username, conversation: id }: Membership,
): Promise<void> {
  await updateTogether(
    table,
    [{ Key: conversationStateKey(id), UpdateExpression: `REMOVE b${placeOf(conversation, username)}, unfriended` }],
    [
      {
        Key: membershipKey(username, id),
        ConditionExpression: 'attribute_not_exists(blocked) AND attribute_not_exists(unfriended)',
      },
    ],
  );
}
