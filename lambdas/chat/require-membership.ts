import { ChatError } from '#protocol/errors';
import type { Conversation, NamedConversation } from '#protocol/names';
import type { Services, Store, TimedStore } from '../runtime/services.ts';
import { getConversationState } from '../store/conversation-state.ts';
import { getFriendships } from '../store/friendship.ts';
import { createMembership, getMembership, hasLeft, type Membership } from '../store/membership.ts';
import { returnToNamed } from '../store/named-departures.ts';
import { claimNewRoom } from '../store/room-owner.ts';
import { getStanding } from '../store/standing.ts';
import { assertNoBlock, assertNoBlockAmong } from './blocks-between.ts';
import { assertUsersExist } from './people.ts';
import { assertMayMakeRooms } from './room-owner.ts';
import { assertRate } from './user-limits.ts';

/** The user who sent the frame or request, as the identity provider names them. */
export interface Caller {
  readonly username: string;
  /** The name that others see, if the user has not chosen one. */
  readonly name: string;
}

/**
 * The caller's membership. Every operation in a conversation needs it first. The first use of a conversation that is named by its members
 * creates it. With `join`, the first use of a room joins it, and who has left a conversation that is named by its members comes back.
 * @throws ChatError `forbidden` if the caller is not a member, or, with `friendsFirst`, not friends with all members in the name;
 *   `unknown_conversation` for a room or group without entries; `unknown_user` if the name has a user who does not exist; `rate_limited` if the
 *   caller begins or joins too many
 */
export async function requireMembership(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  { join }: { join: boolean },
): Promise<Membership> {
  const membership = await getMembership(services, caller.username, conversation.id);
  if (membership && !(await isUnusedAndUnfriended(services, membership))) return membership;

  if ('members' in conversation) await openOrReturn(services, conversation, caller, join);
  else if (conversation.kind === 'room' && join) await joinRoom(services, conversation, caller);

  const created = await getMembership(services, caller.username, conversation.id);
  if (created) return created;
  const task = `use ${conversation.id}`;
  const { seq } = await getConversationState(services, conversation.id);
  if (seq === 0) throw new ChatError('unknown_conversation', 'there is none of this name', { task });
  if (conversation.kind === 'room') await assertNotRemoved(services, conversation, caller);
  const solution = conversation.kind === 'room' ? 'join it, connect to it or post in it' : 'its members can invite you';
  throw new ChatError('forbidden', `you are not a member: ${solution}`, { task });
}

/** Who has left such a conversation does not come back by using it, but by wanting to. @throws ChatError `forbidden` */
async function openOrReturn(
  services: Services,
  conversation: NamedConversation,
  caller: Caller,
  join: boolean,
): Promise<void> {
  const { id } = conversation;
  const { username } = caller;
  if (!(await hasLeft(services, username, id))) return openConversation(services, conversation, caller);
  const task = `use ${id}`;
  if (!join) {
    const how = `write in it, or PUT /conversations/${id}/members/${username}`;
    throw new ChatError('forbidden', `you have left it: to come back, ${how}`, { task });
  }
  const state = await getConversationState(services, id);
  const others = conversation.members.filter((name) => name !== username && !state.departed.has(name));
  await assertNoBlock(services, username, others, task);
  await assertRate(services, username, 'conversations');
  const isBack = await returnToNamed(services, conversation, username, state);
  if (!isBack || state.seq === 0) return;
  // Loaded only then, because a cold start should load little.
  const { recordSystemEvent } = await import('./system-events.ts');
  await recordSystemEvent(services, conversation, { kind: 'joined', by: username });
}

/** Writes the caller's own membership last. If the first use dies half-way, the membership is missing and the next use does it again. */
async function openConversation(
  services: Pick<Services, 'table' | 'now' | 'config'>,
  conversation: NamedConversation,
  caller: Caller,
): Promise<void> {
  const others = conversation.members.filter((name) => name !== caller.username);
  await assertUsersExist(services, others, `use ${conversation.id}`);
  if (services.config.friendsFirst) await assertFriends(services, caller.username, others);
  // A direct conversation has its block in its memberships: there who is blocked can read, and write nothing.
  if (conversation.kind === 'fixed') {
    await assertNoBlockAmong(services, caller.username, conversation.members, `use ${conversation.id}`);
  }
  await assertRate(services, caller.username, 'conversations');
  const start = { seq: 0, count: 0 };
  await Promise.all(others.map((name) => createMembership(services, name, conversation, start)));
  await createMembership(services, caller.username, conversation, start);
}

/** A new member has nothing unread: the cursor starts at the newest entry. If several connections join at once, there is one system entry. */
async function joinRoom(services: Services, conversation: Conversation, caller: Caller): Promise<void> {
  const state = await getConversationState(services, conversation.id);
  const isNewRoom = state.seq === 0 && state.owner === undefined;
  if (isNewRoom) assertMayMakeRooms(services, conversation.id, caller.username);
  await assertRate(services, caller.username, 'conversations');
  const owner = isNewRoom ? await ownerOfNewRoom(services, conversation, caller) : state.owner;
  // The owner may have died on the way to their membership.
  const role = owner === caller.username ? 'owner' : 'member';
  const isNew = await createMembership(services, caller.username, conversation, state, role);
  // Loaded only then, because a cold start should load little.
  const { recordComingOrGoing } = await import('./system-events.ts');
  if (isNew) await recordComingOrGoing(services, conversation, { kind: 'joined', by: caller.username }, state);
}

/** Of several who come at once, one makes the room. */
async function ownerOfNewRoom(
  services: TimedStore,
  { id }: Conversation,
  { username }: Caller,
): Promise<string | undefined> {
  if (await claimNewRoom(services, id, username)) return username;
  return (await getConversationState(services, id)).owner;
}

/** @throws ChatError `forbidden` for who was removed from the room */
async function assertNotRemoved(services: TimedStore, { id }: Conversation, { username }: Caller): Promise<void> {
  if ((await getStanding(services, username, id)).bannedAt === undefined) return;
  const reason = 'you were removed from it: its owner and moderators can let you in again';
  throw new ChatError('forbidden', reason, { task: `use ${id}` });
}

/** A block may have created a conversation that nobody has used. With `friendsFirst` it must look as if it did not exist. */
async function isUnusedAndUnfriended(
  services: Pick<Services, 'table' | 'config'>,
  { unfriended, conversation }: Membership,
): Promise<boolean> {
  return unfriended && services.config.friendsFirst && (await getConversationState(services, conversation)).seq === 0;
}

/** Read consistently, one unit for each friend, and only at the conversation's first use. @throws ChatError `forbidden` */
async function assertFriends(services: Store, username: string, others: readonly string[]): Promise<void> {
  const pairs = others.map((other) => ({ username, other }));
  const friends = (await getFriendships(services, pairs)).filter(({ state }) => state === 'friends');
  const strangers = others.filter((name) => !friends.some(({ other }) => other === name));
  if (strangers.length > 0) throw notFriends(strangers);
}

function notFriends(strangers: readonly string[]): ChatError {
  const ask = strangers.map((name) => `PUT /me/friends/${name}`).join(', ');
  return new ChatError('forbidden', `friends come first here: ask with ${ask}, and try again when they have accepted`);
}

/** @throws ChatError `forbidden` in a direct conversation in which the caller may only read */
export function assertWritable(
  { config }: Pick<Services, 'config'>,
  { username, blocked, unfriended, conversation }: Membership,
): void {
  // Checked before `blocked`, because a block ends a friendship too: it must look like an ended friendship.
  if (unfriended && config.friendsFirst) {
    throw notFriends(conversation.split('_').filter((name) => name !== username));
  }
  if (blocked) throw new ChatError('forbidden', `the other person in ${conversation} accepts no messages from you`);
}
