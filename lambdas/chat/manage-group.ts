/** Managed groups: who is in them is up to their owner and admins. Roles are read strongly; that they still hold is a condition of the write. */
import { ChatError } from '#protocol/errors';
import type { ConversationView, Role } from '#protocol/message';
import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { getConversationState } from '../store/conversation-state.ts';
import {
  changeRole,
  createMembership,
  endMembership,
  getMembership,
  type Membership,
  transferOwnership,
} from '../store/membership.ts';
import { getUsers } from '../store/user.ts';
import { conversationView } from './conversation-view.ts';
import { postUnreadCounts } from './mark-read.ts';
import { type Caller, requireMembership } from './require-membership.ts';
import { recordSystemEvent } from './system-events.ts';

/**
 * Somebody becomes a member, with nothing unread. Who is one already stays it, and nobody is told again.
 * @throws ChatError `forbidden`, `unknown_user`
 */
export async function inviteMember(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  who: string,
): Promise<ConversationView> {
  await requireManager(services, conversation, caller);
  await assertUsersExist(services, [who]);
  const state = await getConversationState(services, conversation.id);
  const isNew = await createMembership(services, who, conversation, state);
  if (isNew) await recordSystemEvent(services, conversation, { kind: 'invited', by: caller.username, who }, state);
  return conversationView(services, conversation, caller.username, [who]);
}

/**
 * Somebody is a member no longer, from this moment on.
 * @throws ChatError `forbidden`, also for an admin who wants to remove the owner; `not_found` for who is no member; `conflict`
 */
export async function removeMember(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  who: string,
): Promise<void> {
  await requireManager(services, conversation, caller);
  const membership = await requireMember(services, conversation, who);
  if (membership.role === 'owner') throw new ChatError('forbidden', 'nobody can remove the owner');
  if (!(await endMembership(services, membership))) throw roleChanged();
  await recordSystemEvent(services, conversation, { kind: 'removed', by: caller.username, who });
  await postUnreadCounts(services, conversation.id, await getUsers(services, [who]), 0);
}

/**
 * Another title, other roles; one entry of the log for each. What already is so is left alone.
 * @throws ChatError `forbidden`, `not_found` for a role of who is no member, `invalid_frame`, `conflict`
 */
export async function updateGroup(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  { title, roles = {} }: { title?: string | undefined; roles?: Readonly<Record<string, Role>> | undefined },
): Promise<ConversationView> {
  const own = await requireManager(services, conversation, caller);
  const wanted = Object.entries(roles);
  if (title === undefined && wanted.length === 0) {
    throw new ChatError('invalid_frame', 'nothing is to be changed: give a title, or roles');
  }
  const changes = await Promise.all(
    wanted.map(async ([who, role]) => ({
      role,
      membership: await roleToChange(services, conversation, own, who, role),
    })),
  );
  if (wanted.filter(([, role]) => role === 'owner').length > 1) {
    throw new ChatError('invalid_frame', 'a group has one owner: name one');
  }

  const state = await getConversationState(services, conversation.id);
  if (title !== undefined && title !== state.title) {
    await recordSystemEvent(services, conversation, { kind: 'title', by: caller.username, title }, state);
  }
  // Whoever hands over has to be owner for all that comes before.
  const inOrder = changes.sort((a, b) => Number(a.role === 'owner') - Number(b.role === 'owner'));
  for (const { role, membership } of inOrder) {
    if (membership.role === role) continue;
    const done =
      role === 'owner'
        ? await transferOwnership(services, own, membership)
        : await changeRole(services, membership, role);
    if (!done) throw roleChanged();
    const who = membership.username;
    await recordSystemEvent(services, conversation, { kind: 'role', by: caller.username, who, role }, state);
  }
  return conversationView(services, conversation, caller.username);
}

async function roleToChange(
  services: Services,
  conversation: Conversation,
  own: Membership,
  who: string,
  role: Role,
): Promise<Membership> {
  if (own.role !== 'owner') throw new ChatError('forbidden', `only the owner of ${conversation.id} gives roles`);
  const membership = await requireMember(services, conversation, who);
  if (membership.role === 'owner' && role !== 'owner') {
    throw new ChatError('conflict', 'a group has an owner: make somebody else owner, and you are admin');
  }
  return membership;
}

/** The caller's membership, if it is one of an owner or admin of a group. */
async function requireManager(services: Services, conversation: Conversation, caller: Caller): Promise<Membership> {
  if (conversation.kind !== 'group') {
    const why =
      conversation.kind === 'room'
        ? 'an open room is nobody’s: people join by connecting or posting, and leave by themselves'
        : 'its members stand in its name';
    throw new ChatError('forbidden', `${conversation.id} is no managed group: ${why}`);
  }
  const membership = await requireMembership(services, conversation, caller, { join: false });
  if (membership.role !== 'member') return membership;
  throw new ChatError('forbidden', `only owner and admins of ${conversation.id} can do that`);
}

async function requireMember(services: Services, conversation: Conversation, who: string): Promise<Membership> {
  const membership = await getMembership(services, who, conversation.id);
  if (membership) return membership;
  throw new ChatError('not_found', `${who} is not a member of ${conversation.id}`);
}

/** @throws ChatError `unknown_user` */
export async function assertUsersExist(services: Services, names: readonly string[]): Promise<void> {
  const known = new Set((await getUsers(services, names)).map(({ username }) => username));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) throw new ChatError('unknown_user', `there is no user ${unknown.join(', ')}`);
}

function roleChanged() {
  return new ChatError('conflict', 'somebody else has just changed the role: look again', { retryAfter: 1 });
}
