/**
 * A user's conversations with unread counts, computed when they are read: sending a message writes nothing for each member. Costs one query of
 * the memberships and half a unit for each conversation, at most of those that were active last; paid on connect, on GET, and for users who
 * watch notifications.
 */
import { limits } from '#protocol/limits';
import type { Services } from '../runtime/services.ts';
import { type ConversationState, emptyConversationState, getConversationStates } from '../store/conversation-state.ts';
import { getMemberships, type Membership, membershipPage } from '../store/membership.ts';
import type { User } from '../store/user.ts';
import { countsInTotal } from './own-settings.ts';
import { unreadCount } from './unread-count.ts';

export type Reader = Pick<Services, 'table' | 'now' | 'config' | 'pause' | 'log'>;

export interface InboxRow {
  readonly membership: Membership;
  readonly state: ConversationState;
  readonly unread: number;
}

export interface Inbox {
  /** Conversations that have entries, and rooms; pinned ones first, then those that were active last, latest first, at most `limits.inboxConversations`. */
  readonly rows: readonly InboxRow[];
  /** The user has older conversations, which are read in pages of their own. */
  readonly hasOlder: boolean;
}

/**
 * The conversations of a user that were active last. However many there are, it reads at most half as many more than it returns: of a user with very
 * many, those of a list, and those that were noted as active since (store/recent.ts).
 * @param options.renew the user, when a new list should be written for what has been noted since
 */
export async function readInbox(
  services: Reader,
  username: string,
  { renew }: { readonly renew?: Pick<User, 'recentAt'> } = {},
): Promise<Inbox> {
  const most = limits.inboxConversations;
  const all = await firstMemberships(services, username, most + 1);
  // Loaded only then, because a cold start should load little.
  const recent = () => import('../store/recent.ts');
  if (all.length <= most) {
    if (renew?.recentAt !== undefined) await (await recent()).forgetRecentList(services, username);
    return { rows: shown(await toRows(services, all)), hasOlder: false };
  }
  const { activeSince, getRecentList, putRecentList } = await recent();
  const stored = await getRecentList(services, username);
  // An empty one was put by a reader who died before it had read everything.
  const list = stored && stored.names.length > 0 ? stored : undefined;
  // From then on senders note what is active, so that nothing is missed while everything is read for the first list.
  if (!list) await putRecentList(services, username, [], undefined);
  const active = list ? await activeSince(services, username, list) : [];
  const names = [...new Set([...active, ...(list?.names ?? [])])];
  const memberships = list
    ? await getMemberships(
        services,
        names.map((conversation) => ({ username, conversation })),
      )
    : await firstMemberships(services, username);
  const sorted = await toRows(services, memberships);
  const rows = sorted.slice(0, most);
  if (!list || (active.length > 0 && renew) || active.length > most / 4) {
    await putRecentList(
      services,
      username,
      rows.map(({ state }) => state.conversation),
      list ?? (await getRecentList(services, username)),
    );
  }
  return { rows: shown(rows), hasOlder: true };
}

/** @param most by default all of them */
async function firstMemberships(
  services: Reader,
  username: string,
  most = Number.POSITIVE_INFINITY,
): Promise<Membership[]> {
  const memberships: Membership[] = [];
  let last: string | undefined;
  do {
    const limit = Math.min(most - memberships.length, 1_000);
    const page = await membershipPage(services, username, { after: last, limit });
    memberships.push(...page.memberships);
    last = page.last;
  } while (last !== undefined && memberships.length < most);
  return memberships;
}

/** Memberships with the states of their conversations, latest first. Half a read unit each. */
export async function toRows(services: Reader, memberships: readonly Membership[]): Promise<InboxRow[]> {
  const ids = memberships.map(({ conversation }) => conversation);
  const states = await getConversationStates(services, ids);
  const byId = new Map(states.map((state) => [state.conversation, state]));
  const rows = await Promise.all(
    memberships.map(async (membership) => {
      const state = byId.get(membership.conversation) ?? emptyConversationState(membership.conversation);
      return { membership, state, unread: await unreadCount(services, state, membership) };
    }),
  );
  return rows.sort((a, b) => (isBefore(placeOf(a), placeOf(b)) ? -1 : 1));
}

/** Of conversations without entries only rooms are shown, which their members have joined. */
export function shown(rows: readonly InboxRow[]): InboxRow[] {
  return rows.filter(({ state }) => state.seq > 0 || state.conversation.startsWith('room:'));
}

/** The row of one conversation, wherever it is in the inbox; undefined when the user is no member. */
export async function inboxRow(
  services: Reader,
  username: string,
  conversation: string,
): Promise<InboxRow | undefined> {
  const [row] = shown(await toRows(services, await getMemberships(services, [{ username, conversation }])));
  return row;
}

/** A place in the inbox. */
export interface Place {
  /** ms; when the conversation was last used: at its newest message, or, if there is none, at its newest entry */
  readonly at: number;
  readonly id: string;
  readonly pinned?: boolean | undefined;
}

export function placeOf({ state: { conversation: id, last, at }, membership }: InboxRow): Place {
  return { at: last?.at ?? at, id, pinned: membership.settings.pinnedAt !== undefined || undefined };
}

/** Pinned ones first; latest first. */
export function isBefore(one: Place, other: Place): boolean {
  if (one.pinned !== other.pinned) return one.pinned === true;
  return one.at > other.at || (one.at === other.at && one.id < other.id);
}

/** Without conversations that are muted or put away, whose messages wait quietly. @param now ms */
export function totalUnread({ rows }: Inbox, now: number): number {
  return rows.reduce((sum, row) => sum + (countsInTotal(row, now) ? row.unread : 0), 0);
}
