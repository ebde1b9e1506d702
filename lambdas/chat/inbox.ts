/**
 * A user's conversations with unread counts, computed when they are read: sending a message writes nothing for each member. Costs one query of
 * the memberships and half a unit for each conversation, at most of those that were active last; paid on connect, on GET, and for users who
 * watch notifications.
 */
import { limits } from '#protocol/limits';
import type { ConversationView } from '#protocol/message';
import { parseConversation } from '#protocol/names';
import { type Names, namesOf, toTime } from '../delivery/render.ts';
import type { Services } from '../runtime/services.ts';
import { signAvatar } from '../store/bucket.ts';
import { type ConversationState, emptyConversationState, getConversationStates } from '../store/conversation-state.ts';
import { getHiddenMessages } from '../store/hidden.ts';
import { getMemberships, type Membership, membershipPage } from '../store/membership.ts';
import { getUsers, type User, userDeliveredUntil } from '../store/user.ts';
import { type MessagePage, pageBefore } from './history.ts';
import { isMessage, type Last, lastOf } from './log.ts';
import { areUnset, countsInTotal, isMuted, shownSettings } from './own-settings.ts';
import { presenceOf } from './presence-of.ts';
import { asSeenBy } from './presence-seen.ts';
import { ownCursor, readCursor, unreadCount } from './unread-count.ts';

type Reader = Pick<Services, 'table' | 'now' | 'config' | 'pause' | 'log'>;

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
async function toRows(services: Reader, memberships: readonly Membership[]): Promise<InboxRow[]> {
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
function shown(rows: readonly InboxRow[]): InboxRow[] {
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
interface Place {
  /** ms; when the conversation was last used: at its newest message, or, if there is none, at its newest entry */
  readonly at: number;
  readonly id: string;
  readonly pinned?: boolean | undefined;
}

function placeOf({ state: { conversation: id, last, at }, membership }: InboxRow): Place {
  return { at: last?.at ?? at, id, pinned: membership.settings.pinnedAt !== undefined || undefined };
}

/** Pinned ones first; latest first. */
function isBefore(one: Place, other: Place): boolean {
  if (one.pinned !== other.pinned) return one.pinned === true;
  return one.at > other.at || (one.at === other.at && one.id < other.id);
}

/**
 * Where a page begins. Conversations that become active, or are pinned, while somebody pages move to the front, so they are shown once more, or for the first
 * time, at the end of those that did not: nothing is missed.
 */
export type InboxPlace =
  /** Behind this place, of those that were not active since `start` (ms). */
  | { readonly part: 'after'; readonly start: number; readonly place: Place }
  /** Those that were active since, the earliest first. */
  | { readonly part: 'moved'; readonly start: number; readonly place: Place; readonly end: Place }
  /** The older ones, by their ids. `end`: up to there they were shown before. */
  | { readonly part: 'older'; readonly start: number; readonly after: string | undefined; readonly end: Place };

export interface InboxPage {
  readonly rows: readonly InboxRow[];
  /** Undefined if there is no further page. */
  readonly next: InboxPlace | undefined;
  /** All conversations, or `limits.inboxConversations` when there are older ones. */
  readonly count: number;
}

/** @param from a place that a page gave, or how many conversations are skipped */
export async function inboxPage(
  services: Reader,
  username: string,
  { from, limit }: { readonly from: InboxPlace | number; readonly limit: number },
): Promise<InboxPage> {
  if (typeof from === 'object' && from.part === 'older') return olderPage(services, username, from, limit);
  return pageOf(await readInbox(services, username), { from, limit, now: services.now() });
}

/** A page of what was read. @param now ms */
export function pageOf(
  { rows, hasOlder }: Inbox,
  {
    from,
    limit,
    now,
  }: { readonly from: Exclude<InboxPlace, { part: 'older' }> | number; readonly limit: number; readonly now: number },
): InboxPage {
  const start = typeof from === 'number' ? now : from.start;
  const movedAt = (row: InboxRow) => Math.max(placeOf(row).at, row.membership.settings.pinnedAt ?? 0);
  const hasMoved = (row: InboxRow) => typeof from === 'object' && movedAt(row) > start;
  const moved = rows.filter(hasMoved).reverse();
  const still = rows.filter((row) => !hasMoved(row));
  const last = still.at(-1);
  const end = typeof from === 'object' && from.part === 'moved' ? from.end : last ? placeOf(last) : { at: 0, id: '' };
  const older = hasOlder ? ({ part: 'older', start, after: undefined, end } as const) : undefined;
  const count = rows.length;
  if (typeof from === 'object' && from.part === 'moved') {
    const left = moved.filter((row) => isBefore(placeOf(row), from.place));
    const page = left.slice(0, limit);
    const [place] = page.slice(-1).map(placeOf);
    const next = place && left.length > limit ? { ...from, place } : older;
    return { rows: page, next, count };
  }
  const left = typeof from === 'number' ? still.slice(from) : still.filter((row) => isBefore(from.place, placeOf(row)));
  const page = left.slice(0, limit);
  const [place] = page.slice(-1).map(placeOf);
  if (place && left.length > limit) return { rows: page, next: { part: 'after', start, place }, count };
  const next = moved.length > 0 ? ({ part: 'moved', start, place: { at: start, id: '~' }, end } as const) : older;
  return { rows: page, next, count };
}

/** Tries to find some that were not shown, so that few pages are empty. */
const olderTries = 4;

async function olderPage(
  services: Reader,
  username: string,
  from: Extract<InboxPlace, { part: 'older' }>,
  limit: number,
): Promise<InboxPage> {
  const { start, end } = from;
  const recent = await readInbox(services, username);
  const shownBefore = new Set(
    recent.rows
      .map(placeOf)
      .filter((place) => place.at <= start && !isBefore(end, place))
      .map(({ id }) => id),
  );
  let after = from.after;
  for (let tries = 0; ; tries++) {
    const page = await membershipPage(services, username, { after, limit });
    const rows = shown(
      await toRows(
        services,
        page.memberships.filter(({ conversation }) => !shownBefore.has(conversation)),
      ),
    );
    after = page.last;
    const isLast = after === undefined;
    if (rows.length > 0 || isLast || tries >= olderTries) {
      return { rows, next: isLast ? undefined : { ...from, after }, count: recent.rows.length };
    }
  }
}

/** Without conversations that are muted or put away, whose messages wait quietly. @param now ms */
export function totalUnread({ rows }: Inbox, now: number): number {
  return rows.reduce((sum, row) => sum + (countsInTotal(row, now) ? row.unread : 0), 0);
}

/**
 * Rows of the inbox as clients get them: with the newest message, and how far each member has read. Costs half a unit for each person, and half
 * a unit for each member whose cursor is not in the state: members of rooms and groups, and of conversations that nobody has used since their
 * cursors are there.
 * @param memberNames all members of the conversation. Without them, rooms and groups come without members, because there may be thousands
 * @param known users who were read already; by default all are read
 */
export async function toViews(
  services: Reader & Pick<Services, 'bucket'>,
  rows: readonly InboxRow[],
  { memberNames, known }: { memberNames?: readonly string[]; known?: readonly User[] } = {},
): Promise<ConversationView[]> {
  const others = rows.flatMap(({ state, membership }) =>
    (memberNames ?? membersInName(state))
      .filter((username) => username !== membership.username)
      .map((username) => ({ username, conversation: state.conversation, read: state.cursors.get(username) })),
  );
  const fromStates = others.flatMap(({ read, ...member }) =>
    read ? [{ ...member, read, role: 'member', deliveredUntil: undefined } as const] : [],
  );
  const elsewhere = others.filter(({ read }) => !read);
  const [fromMemberships, people] = await Promise.all([
    getMemberships(services, elsewhere, { consistent: memberNames !== undefined }),
    known ?? getUsers(services, peopleIn(rows, memberNames)),
  ]);
  const users = await asSeenBy(services, rows[0]?.membership.username ?? '', people);
  const members: readonly Shown[] = [...fromStates, ...fromMemberships];
  const newest = await Promise.all(rows.map((row) => newestVisible(services, row)));
  const pictures = await Promise.all(rows.map(({ state }) => pictureOf(services, state)));
  return rows.map(({ state, membership, unread }, row) => ({
    id: state.conversation,
    kind: parseConversation(state.conversation).kind,
    title: state.title ?? null,
    picture: pictures[row],
    pinned_messages: state.pins || undefined,
    ...(state.conversation.startsWith('room:') ? { owner: state.owner ?? null } : {}),
    seq: state.seq,
    unread_count: unread,
    ...settingsOf({ state, membership }, services.now()),
    read_seq: ownCursor(state, membership).seq,
    last_message: toLastMessage(newest[row], namesOf(users)),
    members:
      memberNames || membersInName(state).length > 0
        ? [membership, ...members.filter(({ conversation }) => conversation === state.conversation)]
            .map((member) => {
              return toMember(state, member, users, services.now(), membership);
            })
            .sort((a, b) => (a.username < b.username ? -1 : 1))
        : [],
    ...countsOf(state),
  }));
}

/** Left out where they are as at the beginning: most are. */
function settingsOf(row: Pick<InboxRow, 'state' | 'membership'>, now: number) {
  const settings = shownSettings(row, now);
  if (areUnset(settings)) return {};
  return { muted: isMuted(row.membership.settings, now) || undefined, settings };
}

/** What a list shows of a membership. The state of a conversation that is named by its members has it too. */
type Shown = Pick<Membership, 'username' | 'conversation' | 'role' | 'read' | 'deliveredUntil'>;

/** The signed address of a group's or room's picture. */
export async function pictureOf(
  services: Pick<Services, 'bucket'>,
  { picture }: Pick<ConversationState, 'picture'>,
): Promise<string | undefined> {
  return picture === undefined ? undefined : signAvatar(services, { id: picture });
}

/** The people whom `toViews` shows: members, and authors of the newest messages. */
export function peopleIn(rows: readonly InboxRow[], memberNames?: readonly string[]): string[] {
  const names = rows.flatMap(({ state, membership }) => [
    ...(memberNames ?? membersInName(state)),
    membership.username,
    ...(state.last ? [state.last.user] : []),
  ]);
  return [...new Set(names)];
}

/** How many members there are and how many are online, if the conversation is known to be large. */
export function countsOf({ presence }: ConversationState): Pick<ConversationView, 'member_count' | 'online'> {
  return presence ? { member_count: presence.members ?? null, online: presence.online ?? null } : {};
}

/** Those in the conversation's name, without who has left it. */
function membersInName({ conversation: id, departed }: ConversationState): readonly string[] {
  const conversation = parseConversation(id);
  return 'members' in conversation ? conversation.members.filter((name) => !departed.has(name)) : [];
}

/** A member as clients get them. A viewer whom they have blocked sees no presence, and receipts only as far as they were at the block. */
export function toMember(
  state: ConversationState,
  member: Shown,
  users: readonly User[],
  now: number,
  viewer: Pick<Membership, 'username' | 'blocked' | 'blockerRead'>,
) {
  const { username, role } = member;
  const blocksViewer = viewer.blocked && username !== viewer.username;
  const read = readCursor(state, member).seq;
  const user = users.find((other) => other.username === username);
  const deliveredUntil = blocksViewer ? 0 : memberDeliveredUntil(user, state, member, now);
  return {
    username,
    name: user?.name ?? username,
    role,
    read_seq: blocksViewer ? Math.min(read, viewer.blockerRead) : read,
    ...presenceOf(user, now, blocksViewer),
    delivered_until: deliveredUntil === 0 ? null : toTime(deliveredUntil),
  };
}

/** ms; messages up to then were delivered to a connection of this member. 0: none were. */
export function memberDeliveredUntil(
  user: User | undefined,
  { conversation, deliveredUntil }: Pick<ConversationState, 'conversation' | 'deliveredUntil'>,
  member: Pick<Membership, 'username' | 'deliveredUntil'>,
  now: number,
): number {
  if (user?.concealed) return 0;
  const noted = Math.max(member.deliveredUntil ?? 0, deliveredUntil.get(member.username) ?? 0);
  return user ? Math.max(noted, userDeliveredUntil(user, conversation, now)) : noted;
}

/** Pages that a list looks through for the newest message that its reader has not hidden. */
const newestPages = 5;

/** The newest message that the member sees: nearly always that of the state. */
async function newestVisible(services: Reader, { state, membership }: InboxRow): Promise<Last | undefined> {
  const { last } = state;
  if (!last || last.seq <= membership.cleared.seq) return undefined;
  if (last.seq > membership.hiddenLast) return last;
  // The newest hidden entry may be a later one, such as a system entry: then this message may be hidden too.
  if (!(await getHiddenMessages(services, membership, [last.seq])).has(last.seq)) return last;
  let before: number | null = last.seq;
  for (let pages = 0; before !== null && pages < newestPages; pages++) {
    const page: MessagePage = await pageBefore(services, state, membership, before, 20);
    const message = page.entries.find(isMessage);
    if (message) return lastOf(message);
    before = page.before;
  }
  return undefined;
}

function toLastMessage(last: Last | undefined, names: Names): ConversationView['last_message'] {
  if (!last) return null;
  return {
    seq: last.seq,
    from_user: { username: last.user, name: names.get(last.user) ?? last.user },
    message: last.text,
    content_type: last.content_type,
    date_added: toTime(last.at),
    deleted: last.deleted ?? false,
  };
}
