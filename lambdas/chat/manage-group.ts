/** Managed groups: the owner and admins decide about members. Roles are read consistently, and each write has the role as a condition. */
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
import { assertNoBlock } from './blocks-between.ts';
import { conversationView } from './conversation-view.ts';
import { postUnreadCounts } from './mark-read.ts';
import { assertUsersExist } from './people.ts';
import { type Caller, requireMembership } from './require-membership.ts';
import { recordSystemEvent } from './system-events.ts';

/**
 * Makes a user a member, with nothing unread. If they are one already, nothing happens.
 * @throws ChatError `forbidden`, also where a block stands between the two; `unknown_user`
 */
export async function inviteMember(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  who: string,
): Promise<ConversationView> {
  await requireManager(services, conversation, caller);
  await assertUsersExist(services, [who]);
  await assertNoBlock(services, caller.username, [who]);
  const state = await getConversationState(services, conversation.id);
  const isNew = await createMembership(services, who, conversation, state);
  if (isNew) await recordSystemEvent(services, conversation, { kind: 'invited', by: caller.username, who }, { state });
  return conversationView(services, conversation, caller.username, [who]);
}

/**
 * Ends somebody's membership at once.
 * @throws ChatError `forbidden`, also for removing the owner; `not_found` if `who` is no member; `conflict`
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
 * Changes the title and roles, with one entry of the log for each. A title or role that is the same already is left alone.
 * @throws ChatError `forbidden`; `not_found` for a role of somebody who is not a member; `invalid_frame`, `conflict`
 */
export async function updateGroup(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  { title, roles = {} }: { title?: string | undefined; roles?: Readonly<Record<string, Role>> | undefined },
): Promise<ConversationView> {
  const own = await requireManager(services, conversation, caller);
  const requested = Object.entries(roles);
  if (title === undefined && requested.length === 0) {
    throw new ChatError('invalid_frame', 'there is nothing to change: give a title, or roles');
  }
  const changes = await Promise.all(
    requested.map(async ([who, role]) => ({
      role,
      membership: await memberToChange(services, conversation, own, who, role),
    })),
  );
  if (requested.filter(([, role]) => role === 'owner').length > 1) {
    throw new ChatError('invalid_frame', 'a group has one owner: name one');
  }

  const state = await getConversationState(services, conversation.id);
  if (title !== undefined && title !== state.title) {
    await recordSystemEvent(services, conversation, { kind: 'title', by: caller.username, title }, { state });
  }
  // The new owner comes last, because only the owner may change the other roles.
  const inOrder = changes.sort((a, b) => Number(a.role === 'owner') - Number(b.role === 'owner'));
  for (const { role, membership } of inOrder) {
    if (membership.role === role) continue;
    const done =
      role === 'owner'
        ? await transferOwnership(services, own, membership)
        : await changeRole(services, membership, role);
    if (!done) throw roleChanged();
    const who = membership.username;
    await recordSystemEvent(services, conversation, { kind: 'role', by: caller.username, who, role }, { state });
  }
  return conversationView(services, conversation, caller.username);
}

async function memberToChange(
  services: Services,
  conversation: Conversation,
  own: Membership,
  who: string,
  role: Role,
): Promise<Membership> {
  if (own.role !== 'owner') throw new ChatError('forbidden', `only the owner of ${conversation.id} gives roles`);
  const membership = await requireMember(services, conversation, who);
  if (membership.role === 'owner' && role !== 'owner') {
    throw new ChatError('conflict', 'a group must have an owner: make somebody else owner, and you become an admin');
  }
  return membership;
}

/** The caller's membership. @throws ChatError `forbidden` unless the caller is owner or admin of a group */
async function requireManager(services: Services, conversation: Conversation, caller: Caller): Promise<Membership> {
  if (conversation.kind !== 'group') {
    const why =
      conversation.kind === 'room'
        ? 'people join an open room by connecting or posting, and leave it by themselves'
        : 'it is named by its members';
    throw new ChatError('forbidden', `${conversation.id} is not a managed group: ${why}`);
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

function roleChanged() {
  return new ChatError('conflict', 'somebody else has just changed the role: look again', { retryAfter: 1 });
}
