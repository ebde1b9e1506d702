/** Managed groups: who is in them is up to their owner and admins. Roles are read strongly; that they still hold is a condition of the write. */
import { unable } from '#protocol/errors';
import type { ConversationView, Role } from '#protocol/message';
import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { getHead } from '../store/head.ts';
import { createMembership, endMembership, getMembership, type Membership } from '../store/membership.ts';
import { changeRole, handOver } from '../store/role.ts';
import { getUsers } from '../store/user.ts';
import { enter, type Speaker } from './enter.ts';
import { tellCounts } from './read.ts';
import { record } from './system.ts';
import { viewOf } from './view.ts';

/**
 * Somebody becomes a member, with nothing unread. Who is one already stays it, and nobody is told again.
 * @throws ChatError `forbidden`, `unknown_user`
 */
export async function invite(
  services: Services,
  conversation: Conversation,
  speaker: Speaker,
  who: string,
): Promise<ConversationView> {
  const what = `invite ${who}`;
  await enterToManage(services, conversation, speaker, what);
  await refuseUnknown(services, [who], what);
  const head = await getHead(services, conversation.id);
  const isNew = await createMembership(services, who, conversation, head);
  if (isNew) await record(services, conversation, { kind: 'invited', by: speaker.username, who }, head);
  return viewOf(services, conversation, speaker.username, [who]);
}

/**
 * Somebody is a member no longer, from this moment on.
 * @throws ChatError `forbidden`, also for an admin who wants to remove the owner; `not_found` for who is no member; `conflict`
 */
export async function dismiss(
  services: Services,
  conversation: Conversation,
  speaker: Speaker,
  who: string,
): Promise<void> {
  const what = `remove ${who}`;
  await enterToManage(services, conversation, speaker, what);
  const membership = await memberOf(services, conversation, who, what);
  if (membership.role === 'owner') throw unable('forbidden', what, 'nobody can remove the owner');
  if (!(await endMembership(services, membership))) throw overtaken(what);
  await record(services, conversation, { kind: 'removed', by: speaker.username, who });
  await tellCounts(services, conversation.id, await getUsers(services, [who]), 0);
}

/**
 * Another title, other roles; one entry of the log for each. What already is so is left alone.
 * @throws ChatError `forbidden`, `not_found` for a role of who is no member, `invalid_frame`, `conflict`
 */
export async function update(
  services: Services,
  conversation: Conversation,
  speaker: Speaker,
  { title, roles = {} }: { title?: string | undefined; roles?: Readonly<Record<string, Role>> | undefined },
): Promise<ConversationView> {
  const what = `change ${conversation.id}`;
  const own = await enterToManage(services, conversation, speaker, what);
  const wanted = Object.entries(roles);
  if (title === undefined && wanted.length === 0) {
    throw unable('invalid_frame', what, 'nothing is to be changed: give a title, or roles');
  }
  const changes = await Promise.all(
    wanted.map(async ([who, role]) => ({
      role,
      membership: await roleToChange(services, conversation, own, who, role),
    })),
  );
  if (wanted.filter(([, role]) => role === 'owner').length > 1) {
    throw unable('invalid_frame', what, 'a group has one owner: name one');
  }

  const head = await getHead(services, conversation.id);
  if (title !== undefined && title !== head.title) {
    await record(services, conversation, { kind: 'title', by: speaker.username, title }, head);
  }
  // Whoever hands over has to be owner for all that comes before.
  const inOrder = changes.sort((a, b) => Number(a.role === 'owner') - Number(b.role === 'owner'));
  for (const { role, membership } of inOrder) {
    if (membership.role === role) continue;
    const done =
      role === 'owner' ? await handOver(services, own, membership) : await changeRole(services, membership, role);
    if (!done) throw overtaken(what);
    const who = membership.username;
    await record(services, conversation, { kind: 'role', by: speaker.username, who, role }, head);
  }
  return viewOf(services, conversation, speaker.username);
}

async function roleToChange(
  services: Services,
  conversation: Conversation,
  own: Membership,
  who: string,
  role: Role,
): Promise<Membership> {
  const what = `make ${who} ${role} of ${conversation.id}`;
  if (own.role !== 'owner') throw unable('forbidden', what, 'only the owner gives roles');
  const membership = await memberOf(services, conversation, who, what);
  if (membership.role === 'owner' && role !== 'owner') {
    throw unable('conflict', what, 'a group has an owner: make somebody else owner, and you are admin');
  }
  return membership;
}

/** The speaker's membership, if it is one of an owner or admin of a group. */
async function enterToManage(
  services: Services,
  conversation: Conversation,
  speaker: Speaker,
  what: string,
): Promise<Membership> {
  if (conversation.kind !== 'group') {
    const why =
      conversation.kind === 'room'
        ? 'an open room is nobody’s: people join by connecting or posting, and leave by themselves'
        : 'its members stand in its name';
    throw unable('forbidden', what, `${conversation.id} is no managed group: ${why}`);
  }
  const membership = await enter(services, conversation, speaker, { join: false });
  if (membership.role !== 'member') return membership;
  throw unable('forbidden', what, `only owner and admins of ${conversation.id} can do that`);
}

async function memberOf(
  services: Services,
  conversation: Conversation,
  who: string,
  what: string,
): Promise<Membership> {
  const membership = await getMembership(services, who, conversation.id);
  if (membership) return membership;
  throw unable('not_found', what, `${who} is no member`);
}

/** @throws ChatError `unknown_user` */
export async function refuseUnknown(services: Services, names: readonly string[], what: string): Promise<void> {
  const known = new Set((await getUsers(services, names)).map(({ username }) => username));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) throw unable('unknown_user', what, `there is no user ${unknown.join(', ')}`);
}

function overtaken(what: string) {
  return unable('conflict', what, 'somebody else has just changed the role: look again', 1);
}
