/**
 * A user's conversations, computed from their cursors when somebody looks: nothing is written to any member when a message is sent.
 * Costs one query of the memberships and half a unit for each head; paid on connect, on GET, and for those who watch notifications.
 */
import type { ConversationView } from '#protocol/message';
import { parseConversation } from '#protocol/names';
import { type Names, namesOf, toTime } from '../delivery/render.ts';
import type { Services } from '../runtime/services.ts';
import { emptyHead, getHeads, type Head, type Last } from '../store/head.ts';
import { getMemberships, type Membership, membershipsOf } from '../store/membership.ts';
import { getUsers, liveNow, reachedUntil, type User } from '../store/user.ts';
import { pageBefore } from './history.ts';
import { isMessage, lastOf } from './log.ts';
import { unreadOf } from './unread.ts';

type Reader = Pick<Services, 'table' | 'now' | 'config'>;

export interface InboxRow {
  readonly membership: Membership;
  readonly head: Head;
  readonly unread: number;
}

/** All conversations of a user in which something was said, latest first, and the rooms they joined. */
export async function readInbox(services: Reader, username: string): Promise<InboxRow[]> {
  const memberships: Membership[] = [];
  for await (const page of membershipsOf(services, username)) memberships.push(...page);
  const heads = await getHeads(
    services,
    memberships.map(({ conversation }) => conversation),
  );
  const byId = new Map(heads.map((head) => [head.conversation, head]));
  const rows = await Promise.all(
    memberships.map(async (membership) => {
      const head = byId.get(membership.conversation) ?? emptyHead(membership.conversation);
      return { membership, head, unread: await unreadOf(services, head, membership) };
    }),
  );
  return rows
    .filter(({ head }) => head.seq > 0 || head.conversation.startsWith('room:'))
    .sort((a, b) => activeAt(b.head) - activeAt(a.head) || (a.head.conversation < b.head.conversation ? -1 : 1));
}

/** When a conversation was last used: its newest message, or, before there is one, what became of it. */
function activeAt({ last, at }: Head): number {
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
  const others = rows.flatMap(({ head: { conversation }, membership }) =>
    (listed ?? membersInName(conversation))
      .filter((username) => username !== membership.username)
      .map((username) => ({ username, conversation })),
  );
  const shown = [...others, ...rows.map(({ membership }) => membership)].map(({ username }) => username);
  const authors = rows.flatMap(({ head }) => (head.last ? [head.last.user] : []));
  const [memberships, users] = await Promise.all([
    getMemberships(services, others, { consistent: listed !== undefined }),
    getUsers(services, [...new Set([...shown, ...authors])]),
  ]);
  const newest = await Promise.all(rows.map((row) => newestShown(services, row)));
  return rows.map(({ head, membership, unread }, row) => ({
    id: head.conversation,
    kind: parseConversation(head.conversation).kind,
    title: head.title ?? null,
    seq: head.seq,
    unread_count: unread,
    read_seq: membership.read.seq,
    last_message: toLastMessage(newest[row], namesOf(users)),
    members: isListed(head.conversation, listed)
      ? [membership, ...memberships.filter(({ conversation }) => conversation === head.conversation)]
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
  const online = user !== undefined && !closed && liveNow(user, now).length > 0;
  const lastSeen = user && !closed && !online ? lastSeenAt(user) : undefined;
  return {
    username,
    name: user?.name ?? username,
    role,
    read_seq: read.seq,
    online,
    last_seen: lastSeen === undefined ? null : toTime(lastSeen),
    delivered_until: closed ? null : timeOrNull(deliveredUntil(user, membership, now)),
  };
}

/** Until when (ms) what was said reached a device of this member; 0 for never. */
export function deliveredUntil(user: User | undefined, { conversation, reached = 0 }: Membership, now: number): number {
  return user ? Math.max(reached, reachedUntil(user, conversation, now)) : reached;
}

function timeOrNull(ms: number): string | null {
  return ms === 0 ? null : toTime(ms);
}

/** When a user who is not here was last; a connection that ended unnoticed ended when it expired, at the latest. */
export function lastSeenAt(user: User): number | undefined {
  const times = [...user.live.map(({ expires }) => expires), ...(user.lastSeen === undefined ? [] : [user.lastSeen])];
  return times.length > 0 ? Math.max(...times) : undefined;
}

/** The newest message that the member sees: nearly always the head's. */
async function newestShown(
  services: Reader,
  { head, membership }: InboxRow,
): Promise<(Last & { seq: number }) | undefined> {
  const { last } = head;
  if (!last || last.seq <= membership.cleared.seq) return undefined;
  if (last.seq !== membership.hiddenLast) return last;
  const { entries } = await pageBefore(services, head, membership, last.seq, 20);
  const message = entries.find(isMessage);
  return message && lastOf(message);
}

function toLastMessage(last: (Last & { seq: number }) | undefined, names: Names): ConversationView['last_message'] {
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
