/** A socket was opened: what it gets first, and whom else that concerns. Source: PROTOCOL section 2, "On connect". */
import { limits } from '#protocol/limits';
import { type Conversation, parseConversation } from '#protocol/names';
import { receives } from '#protocol/scope';
import { snapshot } from '../chat/history.ts';
import { memberDeliveredUntil, readInbox, totalUnread, toViews } from '../chat/inbox.ts';
import { isMessage } from '../chat/log.ts';
import { listMembers, membersAmong, recipientsOf, withoutLeft } from '../chat/members.ts';
import { unreadCount } from '../chat/unread-count.ts';
import { broadcast } from '../delivery/broadcast.ts';
import { connectionsOf, post } from '../delivery/post.ts';
import { fitFrame, namesOf, toMessages } from '../delivery/render.ts';
import type { Services } from '../runtime/services.ts';
import { type ConversationState, getConversationState } from '../store/conversation-state.ts';
import { getEntries, type MessageEntry } from '../store/entry.ts';
import { getMembership } from '../store/membership.ts';
import { type Connection, getUsers, openConnectionsOf, type User } from '../store/user.ts';
import { postFirstEvent } from './first-event.ts';
import { type LateDelivery, postLateReceipts, wasWaiting } from './late-receipts.ts';
import { broadcastPresence } from './presence.ts';

export interface ConnectedEvent {
  /** The user before this connection; undefined for who is new. */
  readonly before: User | undefined;
  readonly user: User;
  readonly connection: Connection;
}

export async function onConnected(services: Services, arrival: ConnectedEvent): Promise<void> {
  const { scope } = arrival.connection;
  if (scope.kind === 'conversation') await arriveInConversation(services, arrival, scope.conversation);
  else if (scope.kind === 'user') await arriveEverywhere(services, arrival);
  else await arriveToWatch(services, arrival, scope.conversation);
}

async function arriveInConversation(
  services: Services,
  { before, user, connection }: ConnectedEvent,
  id: string,
): Promise<void> {
  const conversation = parseConversation(id);
  const [members, state, membership] = await Promise.all([
    listMembers(services, conversation),
    getConversationState(services, id),
    getMembership(services, user.username, id),
  ]);
  // Somebody removed them between the handshake and this.
  if (!membership) return;
  const self = connection;
  const recipients = await recipientsOf(services, conversation, { alwaysInclude: [user.username], members, state });
  // Of a large room nobody is shown more than the first: their list would not fit a frame either.
  const shown = withoutLeft(members.names, state, services.now());
  const users = members.complete ? recipients.users : await getUsers(services, shown);
  const connections = connectionsOf(users, (scope) => receives(scope, id));

  const seen = connections
    .filter(({ expires }) => expires > services.now())
    .filter(({ username }) => !membership?.blocked || username === user.username);
  const online = seen.filter((other) => other.id !== connection.id).map(({ username }) => username);
  const list = { type: 'online_user_list', conversation: id, users: fitFrame([...new Set(online)].sort()) } as const;
  const joined = { type: 'user_join', conversation: id, user: user.username } as const;
  const tellOthers = async () => {
    // By one that has expired they were not in the lists of those who came since.
    const earlier = before ? openConnectionsOf(before, connection.openedAt) : [];
    const wasJoined = earlier.some(({ scope }) => scope.kind === 'conversation' && scope.conversation === id);
    // Whom the user has blocked is told nothing, and sockets that were opened later find the user in their own list.
    if (wasJoined || membership.blocks) return;
    await broadcast(services, recipients, joined, { exclude: [user.username], openedBy: connection.openedAt });
  };
  // Also of who has left again by now: that they left is told by a record of its own, and the others count both.
  if (!(await postFirstEvent(services, self, list))) return tellOthers();
  await post(services, self, joined);

  const page = await snapshot(services, state, membership);
  const all = await toMessages(services, page.entries, user.username, namesOf(users));
  const messages = fitFrame(all);
  const hasMore = page.before !== null || messages.length < all.length;
  await post(services, self, { type: 'last_50_messages', conversation: id, messages, has_more: hasMore });

  await tellOthers();
  if (membership.blocks) return;
  const wasHere =
    before !== undefined && openConnectionsOf(before, services.now()).some(({ scope }) => receives(scope, id));
  if (wasHere) return;
  const arrived: LateDelivery = {
    conversation: id,
    to: user.username,
    unreadFrom: membership.read.seq,
    since: memberDeliveredUntil(before, membership, services.now()),
  };
  const written = page.entries.filter(isMessage);
  const names = written.map(({ user }) => user).filter((name) => name !== user.username);
  const authors = members.complete ? recipients.users : await membersAmong(services, conversation.id, names);
  const theirs = connectionsOf(authors, (scope) => receives(scope, id));
  await postLateReceipts(services, theirs, written, arrived);
}

async function arriveEverywhere(services: Services, { before, user, connection }: ConnectedEvent): Promise<void> {
  const self = connection;
  const inbox = await readInbox(services, user.username);
  const results = fitFrame(await toViews(services, inbox.slice(0, 50)));
  const next =
    results.length < inbox.length ? `${services.config.httpUrl}/conversations?offset=${results.length}` : null;
  const page = { type: 'conversations', count: inbox.length, next, previous: null, results } as const;
  const tellOthers = async () => {
    const earlier = before ? openConnectionsOf(before, connection.openedAt) : [];
    if (!earlier.some(({ scope }) => scope.kind === 'user')) await broadcastPresence(services, user, inbox);
  };
  if (!(await postFirstEvent(services, self, page))) return tellOthers();
  await post(services, self, { type: 'unread_count', unread_count: totalUnread(inbox) });
  await tellOthers();
  await tellDeliveredOf(services, before, user, inbox);
}

/** What was said in the conversations with unread messages reached this user now: the authors are told. */
async function tellDeliveredOf(
  services: Services,
  before: User | undefined,
  user: User,
  inbox: Awaited<ReturnType<typeof readInbox>>,
): Promise<void> {
  const now = services.now();
  const waiting = inbox.filter(({ state, unread, membership }) => {
    const wasHere = before && openConnectionsOf(before, now).some(({ scope }) => receives(scope, state.conversation));
    return unread > 0 && !wasHere && !membership.blocks && state.last && state.last.user !== user.username;
  });
  await Promise.all(
    waiting.map(async ({ state, membership }) => {
      const conversation = parseConversation(state.conversation);
      const since = memberDeliveredUntil(before, membership, now);
      const entries = await waitingEntries(services, conversation, state, membership.read.seq, since);
      if (entries.length === 0) return;
      const names = entries.map(({ user }) => user).filter((name) => name !== user.username);
      const authors = await membersAmong(services, conversation.id, names);
      const connections = connectionsOf(authors, (scope) => receives(scope, state.conversation));
      const arrived: LateDelivery = {
        conversation: state.conversation,
        to: user.username,
        unreadFrom: membership.read.seq,
        since,
      };
      await postLateReceipts(services, connections, entries, arrived);
    }),
  );
}

/** Of two people, the newest message speaks for all of the other's; of more, each author has a newest one. */
async function waitingEntries(
  services: Services,
  { kind }: Conversation,
  { conversation, seq, last }: ConversationState,
  unreadFrom: number,
  since: number,
): Promise<readonly Pick<MessageEntry, 'user' | 'seq' | 'at'>[]> {
  if (!last || !wasWaiting(last.at, since)) return [];
  if (kind === 'direct') return [last];
  const first = Math.max(unreadFrom + 1, seq - limits.snapshotMessages + 1);
  return (await getEntries(services, conversation, first, seq)).filter(isMessage);
}

async function arriveToWatch(services: Services, { user, connection }: ConnectedEvent, which: string): Promise<void> {
  const self = connection;
  if (which === 'all') {
    const total = totalUnread(await readInbox(services, user.username));
    await postFirstEvent(services, self, { type: 'unread_count', unread_count: total });
    return;
  }
  const [state, membership] = await Promise.all([
    getConversationState(services, which),
    getMembership(services, user.username, which),
  ]);
  const unread = membership ? await unreadCount(services, state, membership) : 0;
  await postFirstEvent(services, self, {
    type: 'single_conversation_unread_count',
    conversation: which,
    unread_count: unread,
  });
}
