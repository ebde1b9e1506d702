/**
 * A user's conversations, computed from their cursors when somebody looks: nothing is written to any member when a message is sent.
 * Costs one query of the memberships and half a unit for each state; paid on connect, on GET, and for those who watch notifications.
 */
import type { ConversationView } from '#protocol/message';
import { parseConversation } from '#protocol/names';
import { type Names, namesOf, toTime } from '../delivery/render.ts';
import type { Services } from '../runtime/services.ts';
import {
  type ConversationState,
  emptyConversationState,
  getConversationStates,
  type LastMessage,
} from '../store/conversation-state.ts';
import { getMemberships, type Membership, membershipsOf } from '../store/membership.ts';
import { getUsers, openConnectionsOf, type User, userDeliveredUntil } from '../store/user.ts';
import { pageBefore } from './history.ts';
import { isMessage, lastOf } from './log.ts';
import { unreadCount } from './unread-count.ts';

type Reader = Pick<Services, 'table' | 'now' | 'config'>;

export interface InboxRow {
  readonly membership: Membership;
  readonly state: ConversationState;
  readonly unread: number;
}

/** All conversations of a user in which something was said, latest first, and the rooms they joined. */
export async function readInbox(services: Reader, username: string): Promise<InboxRow[]> {
  const memberships: Membership[] = [];
  for await (const page of membershipsOf(services, username)) memberships.push(...page);
  const states = await getConversationStates(
    services,
    memberships.map(({ conversation }) => conversation),
  );
  const byId = new Map(states.map((state) => [state.conversation, state]));
  const rows = await Promise.all(
    memberships.map(async (membership) => {
      const state = byId.get(membership.conversation) ?? emptyConversationState(membership.conversation);
      return { membership, state, unread: await unreadCount(services, state, membership) };
    }),
  );
  return rows
    .filter(({ state }) => state.seq > 0 || state.conversation.startsWith('room:'))
    .sort(
      (a, b) => lastActiveAt(b.state) - lastActiveAt(a.state) || (a.state.conversation < b.state.conversation ? -1 : 1),
    );
}

/** When a conversation was last used: its newest message, or, before there is one, what became of it. */
function lastActiveAt({ last, at }: ConversationState): number {
  return last?.at ?? at;
}

export function totalUnread(inbox: readonly InboxRow[]): number {
  return inbox.reduce((sum, { unread }) => sum + unread, 0);
}

/**
 * Rows of the inbox as they travel: with the newest message, and how far each member has read. The members of rooms and groups, who may be
 * thousands, come only where the caller lists them.
 */
export async function toViews(
  services: Reader,
  rows: readonly InboxRow[],
  listed?: readonly string[],
): Promise<ConversationView[]> {
  const others = rows.flatMap(({ state: { conversation }, membership }) =>
    (listed ?? membersInName(conversation))
      .filter((username) => username !== membership.username)
      .map((username) => ({ username, conversation })),
  );
  const shown = [...others, ...rows.map(({ membership }) => membership)].map(({ username }) => username);
  const authors = rows.flatMap(({ state }) => (state.last ? [state.last.user] : []));
  const [memberships, users] = await Promise.all([
    getMemberships(services, others, { consistent: listed !== undefined }),
    getUsers(services, [...new Set([...shown, ...authors])]),
  ]);
  const newest = await Promise.all(rows.map((row) => newestShown(services, row)));
  return rows.map(({ state, membership, unread }, row) => ({
    id: state.conversation,
    kind: parseConversation(state.conversation).kind,
    title: state.title ?? null,
    seq: state.seq,
    unread_count: unread,
    read_seq: membership.read.seq,
    last_message: toLastMessage(newest[row], namesOf(users)),
    members: isListed(state.conversation, listed)
      ? [membership, ...memberships.filter(({ conversation }) => conversation === state.conversation)]
          // Whoever is blocked is not told whether the other is here.
          .map((member) => {
            const closed = membership.blocked && member.username !== membership.username;
            return toMember(member, users, services.now(), closed);
          })
          .sort((a, b) => (a.username < b.username ? -1 : 1))
      : [],
  }));
}

/** Are the members shown: because they stand in the name, or because the caller lists them? */
function isListed(id: string, listed: readonly string[] | undefined): boolean {
  return listed !== undefined || membersInName(id).length > 0;
}

function membersInName(id: string): readonly string[] {
  const conversation = parseConversation(id);
  return 'members' in conversation ? conversation.members : [];
}

function toMember(membership: Membership, users: readonly User[], now: number, closed: boolean) {
  const { username, role, read } = membership;
  const user = users.find((other) => other.username === username);
  const online = user !== undefined && !closed && openConnectionsOf(user, now).length > 0;
  const lastSeen = user && !closed && !online ? lastSeenAt(user) : undefined;
  return {
    username,
    name: user?.name ?? username,
    role,
    read_seq: read.seq,
    online,
    last_seen: lastSeen === undefined ? null : toTime(lastSeen),
    delivered_until: closed ? null : timeOrNull(memberDeliveredUntil(user, membership, now)),
  };
}

/** Until when (ms) what was said reached a connection of this member; 0 for never. */
export function memberDeliveredUntil(
  user: User | undefined,
  { conversation, deliveredUntil = 0 }: Membership,
  now: number,
): number {
  return user ? Math.max(deliveredUntil, userDeliveredUntil(user, conversation, now)) : deliveredUntil;
}

function timeOrNull(ms: number): string | null {
  return ms === 0 ? null : toTime(ms);
}

/** When a user who is not here was last; a connection that ended unnoticed ended when it expired, at the latest. */
export function lastSeenAt(user: User): number | undefined {
  const times = [
    ...user.connections.map(({ expires }) => expires),
    ...(user.lastSeen === undefined ? [] : [user.lastSeen]),
  ];
  return times.length > 0 ? Math.max(...times) : undefined;
}

/** The newest message that the member sees: nearly always the state's. */
async function newestShown(
  services: Reader,
  { state, membership }: InboxRow,
): Promise<(LastMessage & { seq: number }) | undefined> {
  const { last } = state;
  if (!last || last.seq <= membership.cleared.seq) return undefined;
  if (last.seq !== membership.hiddenLast) return last;
  const { entries } = await pageBefore(services, state, membership, last.seq, 20);
  const message = entries.find(isMessage);
  return message && lastOf(message);
}

function toLastMessage(
  last: (LastMessage & { seq: number }) | undefined,
  names: Names,
): ConversationView['last_message'] {
  return (
    (last && {
      seq: last.seq,
      from_user: { username: last.user, name: names.get(last.user) ?? last.user },
      message: last.text,
      content_type: last.content_type,
      date_added: toTime(last.at),
      deleted: last.deleted ?? false,
    }) ??
    null
  );
}
