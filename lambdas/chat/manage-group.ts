/**
 * Managed groups: the owner and admins decide about members. Rooms: the owner and moderators keep order. Roles are read consistently, and each
 * write has the role as a condition.
 */
import { ChatError } from '#protocol/errors';
import type { ConversationView, Role } from '#protocol/message';
import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { roleCheck } from '../store/change-state.ts';
import { getConversationState } from '../store/conversation-state.ts';
import { noteLeft } from '../store/left-conversation.ts';
import { endMembershipUpdate, getMembership, joinUpdate, type Membership, roleUpdate } from '../store/membership.ts';
import { ban, endBan, getStanding } from '../store/standing.ts';
import { getUsers } from '../store/user.ts';
import { assertNoBlock } from './blocks-between.ts';
import { changeLook, type Look } from './change-look.ts';
import { changeMembers, joinsUpdate } from './change-members.ts';
import { conversationView } from './conversation-view.ts';
import { invite, tellOfTheEnd, withdraw, withoutAsking } from './invitations.ts';
import { postUnreadCounts } from './mark-read.ts';
import { assertUsersExist } from './people.ts';
import { requireManager } from './require-manager.ts';
import { type Caller, requireMembership } from './require-membership.ts';
import { becomeOwner } from './room-owner.ts';
import { recordSystemEvent } from './system-events.ts';

/**
 * Makes a contact of the caller a member of a group, with nothing unread, and invites anybody else. If they are a member already, nothing
 * happens. Whoever was removed from a room may come in again.
 * @throws ChatError `forbidden`, also when a block stands between the two; `unknown_user`; `rate_limited` for too many invitations
 */
export async function inviteMember(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  who: string,
): Promise<ConversationView> {
  await requireManager(services, conversation, caller);
  await assertUsersExist(services, [who]);
  if (conversation.kind === 'room') {
    if (!(await endBan(services, who, conversation))) {
      throw new ChatError('forbidden', `people join a room by themselves, and nothing keeps ${who} out`);
    }
    return conversationView(services, conversation, caller.username);
  }
  await assertNoBlock(services, caller.username, [who]);
  const standing = await getStanding(services, who, conversation.id);
  if (standing.membership) return conversationView(services, conversation, caller.username, [who]);
  const [isAtOnce] = standing.refusedAt === undefined ? await withoutAsking(services, caller, [who]) : [];
  if (isAtOnce && (await putIn(services, conversation, caller, who))) {
    if (standing.invitation) await tellOfTheEnd(services, standing.invitation);
    return conversationView(services, conversation, caller.username, [who]);
  }
  await invite(services, conversation, caller, who, await getStanding(services, who, conversation.id));
  return { ...(await conversationView(services, conversation, caller.username)), invited: [who] };
}

/** @returns `false` when they have just left the group: then they must be asked */
async function putIn(services: Services, conversation: Conversation, caller: Caller, who: string): Promise<boolean> {
  const { id } = conversation;
  const isNew = await changeMembers(
    services,
    conversation,
    { kind: 'invited', by: caller.username, who },
    async (state) => {
      const own = await requireManager(services, conversation, caller);
      const { membership, refusedAt } = await getStanding(services, who, id);
      if (membership || refusedAt !== undefined) return undefined;
      const joins = await joinsUpdate(services, conversation, who);
      return { updates: [joinUpdate(who, id, state), joins], checks: [roleCheck(own)] };
    },
  );
  return isNew || (await getMembership(services, who, id)) !== undefined;
}

/**
 * Ends somebody's membership at once, or takes their invitation back. Whoever is removed from a room stays out, and so does somebody who is no
 * member of it and is removed.
 * @throws ChatError `forbidden`, also for removing the owner, or as a moderator another one; `not_found` if `who` is no member of a group;
 *   `unknown_user`, `conflict`
 */
export async function removeMember(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  who: string,
): Promise<void> {
  await requireManager(services, conversation, caller);
  const isRoom = conversation.kind === 'room';
  if (!isRoom && (await withdraw(services, conversation, who))) return;
  if (isRoom && (await keepOut(services, conversation, who))) return;
  await changeMembers(services, conversation, { kind: 'removed', by: caller.username, who }, async () => {
    const own = await requireManager(services, conversation, caller);
    const membership = await requireMember(services, conversation, who);
    if (membership.role === 'owner') throw new ChatError('forbidden', 'nobody can remove the owner');
    if (membership.role === 'moderator' && own.role !== 'owner') {
      throw new ChatError('forbidden', 'only the owner can remove a moderator');
    }
    await noteLeft(services, who, conversation.id);
    const end = endMembershipUpdate(services, membership, isRoom ? 'banned' : 'removed');
    return { updates: [end], checks: own.username === who ? [] : [roleCheck(own)] };
  });
  await postUnreadCounts(services, conversation.id, await getUsers(services, [who]), 0);
}

/** Keeps somebody out of a room who is no member of it now. @returns `false` when they are one */
async function keepOut(services: Services, conversation: Conversation, who: string): Promise<boolean> {
  if (await getMembership(services, who, conversation.id)) return false;
  await assertUsersExist(services, [who]);
  return ban(services, who, conversation);
}

interface GroupUpdate extends Look {
  readonly title?: string | undefined;
  readonly roles?: Readonly<Record<string, Role>> | undefined;
}

/**
 * Changes title, description, picture and roles, with one entry of the log for each. What is the same already is left alone.
 * @throws ChatError `forbidden`; `not_found` for a role of somebody who is not a member; `attachment_missing`, `attachment_rejected`;
 *   `invalid_frame`, `conflict`
 */
export async function updateGroup(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  { title, roles = {}, ...look }: GroupUpdate,
): Promise<ConversationView> {
  const requested = Object.entries(roles);
  const hasLook = look.description !== undefined || look.picture !== undefined;
  // A room without an owner has nobody who manages it.
  const takesRoom = conversation.kind === 'room' && title === undefined && !hasLook && isAlone(requested, caller);
  const own = takesRoom
    ? await requireMembership(services, conversation, caller, { join: false })
    : await requireManager(services, conversation, caller);
  if (title === undefined && !hasLook && requested.length === 0) {
    throw new ChatError('invalid_frame', 'there is nothing to change: give a title, a description, a picture or roles');
  }
  const isRoom = conversation.kind === 'room';
  assertRolesOf(isRoom, requested);
  const state = await getConversationState(services, conversation.id);
  if (takesRoom && own.role !== 'owner') {
    await becomeOwner(services, conversation, own, state);
    const change = { kind: 'role', by: caller.username, who: caller.username, role: 'owner' } as const;
    await recordSystemEvent(services, conversation, change, { state });
    return conversationView(services, conversation, caller.username);
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

  if (title !== undefined) {
    await changeMembers(services, conversation, { kind: 'title', by: caller.username, title }, async (current) => {
      if (current.title === title) return undefined;
      return { updates: [], checks: [roleCheck(await requireManager(services, conversation, caller))] };
    });
  }
  if (hasLook) await changeLook(services, conversation, caller, look);
  // The new owner comes last, because only the owner may change the other roles.
  const inOrder = changes.sort((a, b) => Number(a.role === 'owner') - Number(b.role === 'owner'));
  for (const { role, membership } of inOrder)
    await changeRole(services, conversation, caller, membership.username, role);
  return conversationView(services, conversation, caller.username);
}

/** A role that is the same already is left alone. The former owner keeps order as before. */
async function changeRole(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  who: string,
  role: Role,
): Promise<void> {
  const change = { kind: 'role', by: caller.username, who, role } as const;
  await changeMembers(services, conversation, change, async () => {
    const own = await requireManager(services, conversation, caller);
    const membership = await memberToChange(services, conversation, own, who, role);
    if (membership.role === role) return undefined;
    if (role !== 'owner') return { updates: [roleUpdate(membership, role)], checks: [roleCheck(own)] };
    const after = conversation.kind === 'room' ? 'moderator' : 'admin';
    return { updates: [roleUpdate(own, after), roleUpdate(membership, 'owner')], owner: who };
  });
}

/** @throws ChatError `invalid_frame` */
function assertRolesOf(isRoom: boolean, roles: readonly (readonly [who: string, role: Role])[]): void {
  const other = isRoom ? 'admin' : 'moderator';
  if (!roles.some(([, role]) => role === other)) return;
  const right = isRoom ? 'owner, moderator or member' : 'owner, admin or member';
  throw new ChatError('invalid_frame', `a role in a ${isRoom ? 'room' : 'group'} is ${right}`);
}

/** Does the caller want to be the owner, and nothing else? */
function isAlone(roles: readonly (readonly [who: string, role: Role])[], { username }: Caller): boolean {
  return roles.length === 1 && roles.every(([who, role]) => who === username && role === 'owner');
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
    throw new ChatError(
      'conflict',
      'it must have an owner: make somebody else owner, and you become an admin or moderator',
    );
  }
  return membership;
}

async function requireMember(services: Services, conversation: Conversation, who: string): Promise<Membership> {
  const membership = await getMembership(services, who, conversation.id);
  if (membership) return membership;
  throw new ChatError('not_found', `${who} is not a member of ${conversation.id}`);
}
