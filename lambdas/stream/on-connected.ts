/** A connection was opened: its first events, and what other people get. Source: docs/protocol.md, section 2, "On connect". */
import { limits } from '#protocol/limits';
import { type Conversation, parseConversation } from '#protocol/names';
import { receives } from '#protocol/scope';
import { snapshot } from '../chat/history.ts';
import { type InboxRow, readInbox, totalUnread } from '../chat/inbox.ts';
import { nextPage } from '../chat/inbox-address.ts';
import { pageOf } from '../chat/inbox-page.ts';
import { memberDeliveredUntil, peopleIn, toViews } from '../chat/inbox-views.ts';
import { listMembers, membersAmong, recipientsOf } from '../chat/members.ts';
import { asSeenBy, whoSees } from '../chat/presence-seen.ts';
import { readCursor, unreadCount } from '../chat/unread-count.ts';
import { broadcast } from '../delivery/broadcast.ts';
import { connectionsOf, post } from '../delivery/post.ts';
import { fitFrame, namesOf, toMessages } from '../delivery/render.ts';
import type { Services } from '../runtime/services.ts';
import { type ConversationState, getConversationState } from '../store/conversation-state.ts';
import { getEntries, isMessage, type MessageEntry, type ShownEntry } from '../store/entry.ts';
import { getMembership, type Membership } from '../store/membership.ts';
import { type Connection, getUsers, openConnectionsOf, type User } from '../store/user.ts';
import { postFirstEvent } from './first-event.ts';
import { noteSize } from './known-large.ts';
import { postLateReceipts, wasWaiting } from './late-receipts.ts';
import { planCount, planCounts, type StreamServices } from './plan-count.ts';
import { broadcastPresence, presenceContacts } from './presence.ts';

export interface Connected {
  /** The user before this connection; undefined for a new user. */
  readonly before: User | undefined;
  readonly user: User;
  readonly connection: Connection;
}

export async function onConnected(services: StreamServices, connected: Connected): Promise<void> {
  const { scope } = connected.connection;
  if (scope.kind === 'user') await onUserSocket(services, connected);
  else if (scope.kind === 'conversation') await onConversationSocket(services, connected, scope.conversation);
  else await onNotificationSocket(services, connected, scope.conversation);
}

async function onConversationSocket(services: StreamServices, connected: Connected, id: string): Promise<void> {
  const conversation = parseConversation(id);
  const { username } = connected.user;
  const [members, state, membership] = await Promise.all([
    listMembers(services, conversation),
    getConversationState(services, id),
    getMembership(services, username, id),
  ]);
  noteSize(id, !members.complete);
  // The user may have been removed since the handshake.
  if (!membership) return;
  if (!members.complete) return enterLargeRoom(services, connected, state, membership);
  const { before, user, connection } = connected;
  const recipients = await recipientsOf(services, conversation, { alwaysInclude: [username], members, state });

  const joined = { type: 'user_join', conversation: id, user: username } as const;
  const broadcastJoin = async () => {
    // People whom the user has blocked hear nothing. Later connections find the user in their own list.
    if (hadJoined(before, connection, id) || membership.blocks) return;
    const users = await whoSees(services, user, recipients.users);
    await broadcast(services, { ...recipients, users }, joined, { exclude: [username], openedBy: connection.openedAt });
  };

  const shown = (await asSeenBy(services, username, recipients.users)).filter(({ concealed }) => !concealed);
  const online = connectionsOf(shown, (scope) => receives(scope, id))
    .filter(({ id: other, expires }) => other !== connection.id && expires > services.now())
    .filter((other) => !membership.blocked || other.username === username);
  const names = [...new Set(online.map((other) => other.username))].sort();
  const list = { type: 'online_user_list', conversation: id, users: fitFrame(names) } as const;
  // Others count joins and leaves, so they also hear of a connection that has closed again by now.
  if (!(await postFirstEvent(services, connection, list))) return broadcastJoin();
  await post(services, connection, joined);
  const entries = await postSnapshot(services, connection, { user, state, membership }, namesOf(recipients.users));

  await broadcastJoin();
  if (membership.blocks || isReceiving(services, before, id)) return;
  const authors = await whoSees(services, user, recipients.users);
  await postLateReceipts(services, authors, entries.filter(isMessage), {
    conversation: id,
    to: username,
    unreadFrom: readCursor(state, membership).seq,
    since: memberDeliveredUntil(before, state, membership, services.now()),
  });
}

/**
 * In a large conversation a connection gets the number of people online instead of their names, others get a new number later, and authors
 * get no receipts for what has waited. So its first events are all that a connection costs, however many members there are.
 */
async function enterLargeRoom(
  services: StreamServices,
  { before, user, connection }: Connected,
  state: ConversationState,
  membership: Membership,
): Promise<void> {
  const { conversation, presence } = state;
  const postFirstEvents = async () => {
    const list = { type: 'online_user_list' as const, conversation, users: [], online: presence?.online };
    if (!(await postFirstEvent(services, connection, list))) return;
    await post(services, connection, { type: 'user_join', conversation, user: user.username });
    await postSnapshot(services, connection, { user, state, membership });
  };
  const isNew = !hadJoined(before, connection, conversation);
  await Promise.all([postFirstEvents(), isNew && planCount(services, conversation, state)]);
}

/** Had the user a connection to this conversation? An expired one does not count: member lists did not show its user any more. */
function hadJoined(before: User | undefined, { openedAt }: Connection, conversation: string): boolean {
  const earlier = before ? openConnectionsOf(before, openedAt) : [];
  return earlier.some(({ scope }) => scope.kind === 'conversation' && scope.conversation === conversation);
}

/** @returns the entries of the snapshot */
async function postSnapshot(
  services: Services,
  connection: Connection,
  {
    user,
    state,
    membership,
  }: { readonly user: User; readonly state: ConversationState; readonly membership: Membership },
  names = namesOf([user]),
): Promise<readonly ShownEntry[]> {
  const page = await snapshot(services, state, membership);
  const all = await toMessages(services, page.entries, user.username, names);
  const messages = fitFrame(all);
  const hasMore = page.before !== null || messages.length < all.length;
  const { conversation } = state;
  await post(services, connection, { type: 'last_50_messages', conversation, messages, has_more: hasMore });
  return page.entries;
}

async function onUserSocket(services: StreamServices, { before, user, connection }: Connected): Promise<void> {
  const earlier = before ? openConnectionsOf(before, connection.openedAt) : [];
  const isFirst = !earlier.some(({ scope }) => scope.kind === 'user');
  // Its client has had everything on the connection before, and nobody needs to hear of it.
  if (connection.resumes && !isFirst) return;
  const inbox = await readInbox(services, user.username, { renew: user });
  const firstRows = inbox.rows.slice(0, limits.pageDefault);
  // The people on the first page and those who hear of the user are nearly the same, so they are read once. Whoever connects after that
  // finds the user in their own inbox.
  const contacts = isFirst ? presenceContacts(user.username, inbox.rows) : [];
  const known = await getUsers(services, [...new Set([...peopleIn(firstRows), ...contacts])]);
  const results = fitFrame(await toViews(services, firstRows, { known }));
  // As many as fit are a page. It begins at the front, and the next one behind its last row.
  const { next, count } = pageOf(inbox, { from: 0, limit: Math.max(1, results.length), now: services.now() });
  const page = { type: 'conversations', count, next: nextPage(services, next), previous: null, results } as const;
  const isOpen = await postFirstEvent(services, connection, page);
  if (isOpen)
    await post(services, connection, { type: 'unread_count', unread_count: totalUnread(inbox, services.now()) });

  if (isFirst) {
    await broadcastPresence(services, user, contacts, known);
    await planCounts(services, inbox.rows);
  }
  if (isOpen && !user.hidesPresence) {
    await Promise.all(inbox.rows.map((row) => postInboxReceipts(services, before, row)));
  }
}

/** The unread messages of a conversation have now been delivered to this user: their authors get a receipt. */
async function postInboxReceipts(
  services: Services,
  before: User | undefined,
  { state, unread, membership }: InboxRow,
): Promise<void> {
  const { username } = membership;
  // In a large conversation that would be a post for each author and each member who comes back.
  if (state.presence) return;
  if (unread === 0 || membership.blocks || !state.last || state.last.user === username) return;
  if (isReceiving(services, before, state.conversation)) return;
  const conversation = parseConversation(state.conversation);
  const since = memberDeliveredUntil(before, state, membership, services.now());
  const unreadFrom = readCursor(state, membership).seq;
  const entries = await waitingMessages(services, conversation, state, unreadFrom, since);
  if (entries.length === 0) return;
  const authors = await whoSees(
    services,
    { username, hidesPresence: false },
    await authorsOf(services, conversation, entries, username),
  );
  await postLateReceipts(services, authors, entries, {
    conversation: conversation.id,
    to: username,
    unreadFrom,
    since,
  });
}

type Written = Pick<MessageEntry, 'user' | 'seq' | 'at'>;

/** In a direct conversation the newest message stands for all earlier ones. Else each author has a newest one. */
async function waitingMessages(
  services: Services,
  { kind }: Conversation,
  { conversation, seq, last }: ConversationState,
  unreadFrom: number,
  since: number,
): Promise<readonly Written[]> {
  if (!last || !wasWaiting(last.at, since)) return [];
  if (kind === 'direct') return [last];
  const first = Math.max(unreadFrom + 1, seq - limits.snapshotMessages + 1);
  return (await getEntries(services, conversation, first, seq)).filter(isMessage);
}

/** The authors who still are members. Nobody leaves a direct conversation. */
function authorsOf(services: Services, conversation: Conversation, messages: readonly Written[], reader: string) {
  const names = messages.map(({ user }) => user).filter((name) => name !== reader);
  return conversation.kind === 'direct'
    ? getUsers(services, [...new Set(names)])
    : membersAmong(services, conversation.id, names);
}

/** Did another connection of the user receive the conversation already? */
function isReceiving({ now }: Pick<Services, 'now'>, before: User | undefined, conversation: string): boolean {
  return before !== undefined && openConnectionsOf(before, now()).some(({ scope }) => receives(scope, conversation));
}

async function onNotificationSocket(
  services: Services,
  { user: { username }, connection }: Connected,
  watched: string,
): Promise<void> {
  if (watched === 'all') {
    const total = totalUnread(await readInbox(services, username), services.now());
    await postFirstEvent(services, connection, { type: 'unread_count', unread_count: total });
    return;
  }
  const [state, membership] = await Promise.all([
    getConversationState(services, watched),
    getMembership(services, username, watched),
  ]);
  await postFirstEvent(services, connection, {
    type: 'single_conversation_unread_count',
    conversation: watched,
    unread_count: membership ? await unreadCount(services, state, membership) : 0,
  });
}
