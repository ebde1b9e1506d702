/** The members of a conversation, a page at a time, by user name. */
import { ChatError } from '#protocol/errors';
import { limits } from '#protocol/limits';
import type { Member } from '#protocol/message';
import type { Conversation } from '#protocol/names';
import { receives } from '#protocol/scope';
import type { Services } from '../runtime/services.ts';
import { getConversationState } from '../store/conversation-state.ts';
import { bannedList, firstMembersOf, getMemberships, type Membership } from '../store/membership.ts';
import { getUsers, openConnectionsOf, type User } from '../store/user.ts';
import { toMember } from './inbox-views.ts';
import { withoutLeft } from './members.ts';
import { asSeenBy } from './presence-seen.ts';

type Reader = Pick<Services, 'table' | 'now' | 'config'>;

export interface MemberPage {
  readonly members: Member[];
  /** The next page begins after this user name; undefined at the end. */
  readonly next: string | undefined;
}

/** Members that are read at once. */
const step = 100;

/**
 * A page of members after a user name. Costs one read unit for each member of the page, and half a unit for each other member who was read.
 * @param viewer the membership of the user who reads
 * @param options.online only members who are online. Then at most `limits.membersRead` are read, so a page may have few or none
 */
export async function memberPage(
  services: Reader,
  conversation: Conversation,
  viewer: Membership,
  {
    online,
    after = '',
    limit,
  }: { readonly online: boolean; readonly after?: string | undefined; readonly limit: number },
): Promise<MemberPage> {
  const state = await getConversationState(services, conversation.id);
  const users: User[] = [];
  let next: string | undefined = after;
  for (let read = 0; next !== undefined && users.length < limit && read < limits.membersRead; read += step) {
    const size = online ? step : limit - users.length;
    const names = await namesAfter(services, conversation, next, size);
    const found = await getUsers(services, withoutLeft(names, state, services.now()));
    const wanted = online ? found.filter((user) => isReceiving(services, user, conversation.id)) : found;
    users.push(...wanted.sort((a, b) => (a.username < b.username ? -1 : 1)));
    next = names.length < size ? undefined : names.at(-1);
  }
  if (users.length > limit) {
    users.length = limit;
    next = users.at(-1)?.username;
  }
  const memberships = await getMemberships(
    services,
    users.map(({ username }) => ({ username, conversation: conversation.id })),
  );
  const seen = await asSeenBy(services, viewer.username, users);
  const byName = new Map(memberships.map((membership) => [membership.username, membership]));
  const members = seen.flatMap((user) => {
    const membership = byName.get(user.username);
    return membership ? [toMember(state, membership, [user], services.now(), viewer)] : [];
  });
  return { members: online ? members.filter((member) => member.online) : members, next };
}

/**
 * A page of those who were removed from a room and stay out, after a user name.
 * @throws ChatError `forbidden` unless the viewer manages the room
 */
export async function removedPage(
  services: Reader,
  conversation: Conversation,
  viewer: Membership,
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<MemberPage> {
  const { id } = conversation;
  if (viewer.role === 'member') throw new ChatError('forbidden', `only owner and moderators of ${id} can see that`);
  const names = await firstMembersOf(services, bannedList(id), limit, after ?? '');
  const [state, users] = await Promise.all([getConversationState(services, id), getUsers(services, names)]);
  const members = users
    .map((user) => ({ ...user, concealed: true }))
    .sort((a, b) => (a.username < b.username ? -1 : 1))
    .map((user) => {
      const row = { username: user.username, conversation: id, role: 'member', read: { seq: 0, count: 0 } } as const;
      return toMember(state, { ...row, deliveredUntil: undefined }, [user], services.now(), viewer);
    });
  return { members, next: names.length < limit ? undefined : names.at(-1) };
}

/** As in `online_user_list`: an open connection of the user receives the conversation. */
function isReceiving({ now }: Pick<Reader, 'now'>, user: User, conversation: string): boolean {
  return openConnectionsOf(user, now()).some(({ scope }) => receives(scope, conversation));
}

/** The names after this one, in order. */
async function namesAfter(
  services: Reader,
  conversation: Conversation,
  after: string,
  limit: number,
): Promise<string[]> {
  if (!('members' in conversation)) return firstMembersOf(services, conversation.id, limit, after);
  return conversation.members
    .filter((name) => name > after)
    .sort()
    .slice(0, limit);
}
