import { ChatError } from '#protocol/errors';
import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { getConversationState } from '../store/conversation-state.ts';
import { getFriendships } from '../store/friendship.ts';
import { createMembership, getMembership, type Membership } from '../store/membership.ts';
import { ensureUser, getUsers } from '../store/user.ts';
import { assertConversationLimit } from './rate-limits.ts';
import { recordSystemEvent } from './system-events.ts';

/** Who speaks, as the identity provider says. */
export interface Caller {
  readonly username: string;
  /** The name that others are shown, where the user has not chosen one. */
  readonly name: string;
}

/**
 * The caller's membership, which everything else in a conversation asks for first. Conversations that are named by their members come into
 * being here, on first use; an open room is joined here when `join` says so.
 * @throws ChatError `forbidden` for who is not a member, or not friends with all whom the name names where friends come first, `unknown_conversation` for a room or group in which nothing was ever said,
 *   `unknown_user` when a conversation names somebody who does not exist, `rate_limited` for who begins or joins too many
 */
export async function requireMembership(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  { join }: { join: boolean },
): Promise<Membership> {
  const membership = await getMembership(services, caller.username, conversation.id);
  if (membership && !(await isUnusedAndUnfriended(services, membership))) return membership;

  if ('members' in conversation) await openConversation(services, conversation, caller);
  else if (conversation.kind === 'room' && join) await joinRoom(services, conversation, caller);

  const entered = await getMembership(services, caller.username, conversation.id);
  if (entered) return entered;
  const { seq } = await getConversationState(services, conversation.id);
  if (seq === 0)
    throw new ChatError('unknown_conversation', 'there is none of this name', { task: `use ${conversation.id}` });
  const right = conversation.kind === 'room' ? 'join it, connect to it or post in it' : 'its members can invite you';
  throw new ChatError('forbidden', `you are not a member: ${right}`, { task: `use ${conversation.id}` });
}

/** The caller's own membership comes last: once it stands, all of it does, and a first use that broke off is done again. */
async function openConversation(
  services: Pick<Services, 'table' | 'now' | 'config'>,
  conversation: Conversation & { readonly members: readonly string[] },
  caller: Caller,
): Promise<void> {
  const others = conversation.members.filter((name) => name !== caller.username);
  const known = new Set((await getUsers(services, others)).map(({ username }) => username));
  const unknown = others.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new ChatError('unknown_user', `there is no user ${unknown.join(', ')}`, { task: `use ${conversation.id}` });
  }
  if (services.config.friendsFirst) await assertFriends(services, caller.username, others);
  await ensureUser(services, caller);
  await assertConversationLimit(services, caller.username);
  await Promise.all(others.map((name) => createMembership(services, name, conversation, { seq: 0, count: 0 })));
  await createMembership(services, caller.username, conversation, { seq: 0, count: 0 });
}

/** Who joins a room has nothing unread: the cursor starts at the newest entry. Of several connections at once, one is told of. */
async function joinRoom(services: Services, conversation: Conversation, caller: Caller): Promise<void> {
  await ensureUser(services, caller);
  await assertConversationLimit(services, caller.username);
  const state = await getConversationState(services, conversation.id);
  const isNew = await createMembership(services, caller.username, conversation, state);
  if (isNew) await recordSystemEvent(services, conversation, { kind: 'joined', by: caller.username }, state);
}

/** Where nothing was said there is nothing to read, and a conversation that a block made must look as if it had made none. */
async function isUnusedAndUnfriended(
  services: Pick<Services, 'table' | 'config'>,
  { unfriended, conversation }: Membership,
): Promise<boolean> {
  return unfriended && services.config.friendsFirst && (await getConversationState(services, conversation)).seq === 0;
}

/** Only who is friends with all the others opens a conversation that is named by its members. Read strongly, a unit each, and once: then it is open. */
async function assertFriends(
  services: Pick<Services, 'table'>,
  username: string,
  others: readonly string[],
): Promise<void> {
  const pairs = others.map((other) => ({ username, other }));
  const friends = (await getFriendships(services, pairs)).filter(({ state }) => state === 'friends');
  const strangers = others.filter((name) => !friends.some(({ other }) => other === name));
  if (strangers.length > 0) throw notFriends(strangers);
}

function notFriends(strangers: readonly string[]): ChatError {
  const ask = strangers.map((name) => `PUT /me/friends/${name}`).join(', ');
  return new ChatError('forbidden', `friends come first here: ask with ${ask}, and try again when they have accepted`);
}

/** @throws ChatError `forbidden` in a direct conversation that is closed to the caller: they read, and say nothing */
export function assertWritable(
  { config }: Pick<Services, 'config'>,
  { username, blocked, unfriended, conversation }: Membership,
): void {
  // First, so that a block, which ends a friendship too, looks like nothing more than that.
  if (unfriended && config.friendsFirst) {
    throw notFriends(conversation.split('_').filter((name) => name !== username));
  }
  if (blocked) throw new ChatError('forbidden', `the other person in ${conversation} takes nothing from you`);
}
