/** Rows of the inbox, and their members, as clients get them. */
import type { ConversationView } from '#protocol/message';
import { parseConversation } from '#protocol/names';
import { type Names, namesOf, toTime } from '../delivery/render.ts';
import type { Services } from '../runtime/services.ts';
import { signAvatar } from '../store/bucket.ts';
import type { ConversationState } from '../store/conversation-state.ts';
import { isMessage } from '../store/entry.ts';
import { getHiddenMessages } from '../store/hidden.ts';
import { getMemberships, type Membership } from '../store/membership.ts';
import { getUsers, type User, userDeliveredUntil } from '../store/user.ts';
import { type MessagePage, pageBefore } from './history.ts';
import type { InboxRow, Reader } from './inbox.ts';
import { type Last, lastOf } from './last-message.ts';
import { areUnset, isMuted, shownSettings } from './own-settings.ts';
import { presenceOf } from './presence-of.ts';
import { asSeenBy } from './presence-seen.ts';
import { ownCursor, readCursor } from './unread-count.ts';

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
