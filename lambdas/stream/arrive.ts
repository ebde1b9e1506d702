/** A socket was opened: what it gets first, and whom else that concerns. Source: PROTOCOL section 2, "On connect". */
import { limits } from '#protocol/limits';
import { type Conversation, parseConversation } from '#protocol/names';
import { receives } from '#protocol/scope';
import { snapshot } from '../chat/history.ts';
import { deliveredUntil, readInbox, totalUnread, toViews } from '../chat/inbox.ts';
import { isMessage } from '../chat/log.ts';
import { audienceOf, currentMembers, listMembers, withoutLeft } from '../chat/members.ts';
import { unreadOf } from '../chat/unread.ts';
import { broadcast } from '../delivery/broadcast.ts';
import { devicesOf, isOpen, post } from '../delivery/post.ts';
import { fitFrame, namesOf, toMessages } from '../delivery/render.ts';
import type { Services } from '../runtime/services.ts';
import { getEntries, type MessageEntry } from '../store/entry.ts';
import { getHead, type Head } from '../store/head.ts';
import { getMembership } from '../store/membership.ts';
import { getUsers, type Live, liveNow, type User } from '../store/user.ts';
import { type Arrived, hasWaited, tellDelivered } from './delivered.ts';
import { first } from './first.ts';
import { tellPresence } from './presence.ts';

export interface Arrival {
  /** The user before this connection; undefined for who is new. */
  readonly was: User | undefined;
  readonly is: User;
  readonly device: Live;
}

export async function arrive(services: Services, arrival: Arrival): Promise<void> {
  const { scope } = arrival.device;
  if (scope.kind === 'conversation') await arriveInConversation(services, arrival, scope.conversation);
  else if (scope.kind === 'user') await arriveEverywhere(services, arrival);
  else await arriveToWatch(services, arrival, scope.conversation);
}

async function arriveInConversation(services: Services, { was, is, device }: Arrival, id: string): Promise<void> {
  const conversation = parseConversation(id);
  const [listed, head, membership] = await Promise.all([
    listMembers(services, conversation),
    getHead(services, id),
    getMembership(services, is.username, id),
  ]);
  // Somebody removed them between the handshake and this.
  if (!membership) return;
  const self = { username: is.username, ...device };
  const audience = await audienceOf(services, conversation, { served: [is.username], listed, head });
  // Of a large room nobody is shown more than the first: their list would not fit a frame either.
  const shown = withoutLeft(listed.names, head, services.now());
  const users = listed.all ? audience.users : await getUsers(services, shown);
  const devices = devicesOf(users, services.now(), (scope) => receives(scope, id));

  const seen = devices.filter(isOpen).filter(({ username }) => !membership?.blocked || username === is.username);
  const online = seen.filter((other) => other.id !== device.id).map(({ username }) => username);
  const list = { type: 'online_user_list', conversation: id, users: fitFrame([...new Set(online)].sort()) } as const;
  const joined = { type: 'user_join', conversation: id, user: is.username } as const;
  const tellOthers = async () => {
    // By one that has expired they were not in the lists of those who came since.
    const before = was ? liveNow(was, device.since) : [];
    const wasJoined = before.some(({ scope }) => scope.kind === 'conversation' && scope.conversation === id);
    // Whom the user has blocked is told nothing, and sockets that were opened later find the user in their own list.
    if (wasJoined || membership.blocks) return;
    await broadcast(services, audience, joined, { except: [is.username], openedBy: device.since });
  };
  // Also of who has left again by now: that they left is told by a record of its own, and the others count both.
  if (!(await first(services, self, list))) return tellOthers();
  await post(services, self, joined);

  const page = await snapshot(services, head, membership);
  const all = await toMessages(services, page.entries, is.username, namesOf(users));
  const messages = fitFrame(all);
  const hasMore = page.before !== null || messages.length < all.length;
  await post(services, self, { type: 'last_50_messages', conversation: id, messages, has_more: hasMore });

  await tellOthers();
  if (membership.blocks) return;
  const wasHere = was !== undefined && liveNow(was, services.now()).some(({ scope }) => receives(scope, id));
  if (wasHere) return;
  const arrived: Arrived = {
    conversation: id,
    to: is.username,
    unreadFrom: membership.read.seq,
    since: deliveredUntil(was, membership, services.now()),
  };
  const written = page.entries.filter(isMessage);
  const names = written.map(({ user }) => user).filter((name) => name !== is.username);
  const authors = listed.all ? audience.users : await currentMembers(services, conversation.id, names);
  const theirs = devicesOf(authors, services.now(), (scope) => receives(scope, id));
  await tellDelivered(services, theirs, written, arrived);
}

async function arriveEverywhere(services: Services, { was, is, device }: Arrival): Promise<void> {
  const self = { username: is.username, ...device };
  const inbox = await readInbox(services, is.username);
  const results = fitFrame(await toViews(services, inbox.slice(0, 50)));
  const next =
    results.length < inbox.length ? `${services.config.httpUrl}/conversations?offset=${results.length}` : null;
  const page = { type: 'conversations', count: inbox.length, next, previous: null, results } as const;
  const tellOthers = async () => {
    const before = was ? liveNow(was, device.since) : [];
    if (!before.some(({ scope }) => scope.kind === 'user')) await tellPresence(services, is, inbox);
  };
  if (!(await first(services, self, page))) return tellOthers();
  await post(services, self, { type: 'unread_count', unread_count: totalUnread(inbox) });
  await tellOthers();
  await tellDeliveredOf(services, was, is, inbox);
}

/** What was said in the conversations with unread messages reached this user now: the authors are told. */
async function tellDeliveredOf(
  services: Services,
  was: User | undefined,
  is: User,
  inbox: Awaited<ReturnType<typeof readInbox>>,
): Promise<void> {
  const now = services.now();
  const waiting = inbox.filter(({ head, unread, membership }) => {
    const wasHere = was && liveNow(was, now).some(({ scope }) => receives(scope, head.conversation));
    return unread > 0 && !wasHere && !membership.blocks && head.last && head.last.user !== is.username;
  });
  await Promise.all(
    waiting.map(async ({ head, membership }) => {
      const conversation = parseConversation(head.conversation);
      const since = deliveredUntil(was, membership, now);
      const entries = await waitingEntries(services, conversation, head, membership.read.seq, since);
      if (entries.length === 0) return;
      const names = entries.map(({ user }) => user).filter((name) => name !== is.username);
      const authors = await currentMembers(services, conversation.id, names);
      const devices = devicesOf(authors, services.now(), (scope) => receives(scope, head.conversation));
      const arrived: Arrived = {
        conversation: head.conversation,
        to: is.username,
        unreadFrom: membership.read.seq,
        since,
      };
      await tellDelivered(services, devices, entries, arrived);
    }),
  );
}

/** Of two people, the newest message speaks for all of the other's; of more, each author has a newest one. */
async function waitingEntries(
  services: Services,
  { kind }: Conversation,
  { conversation, seq, last }: Head,
  unreadFrom: number,
  since: number,
): Promise<readonly Pick<MessageEntry, 'user' | 'seq' | 'at'>[]> {
  if (!last || !hasWaited(last.at, since)) return [];
  if (kind === 'direct') return [last];
  const first = Math.max(unreadFrom + 1, seq - limits.snapshotMessages + 1);
  return (await getEntries(services, conversation, first, seq)).filter(isMessage);
}

async function arriveToWatch(services: Services, { is, device }: Arrival, which: string): Promise<void> {
  const self = { username: is.username, ...device };
  if (which === 'all') {
    const total = totalUnread(await readInbox(services, is.username));
    await first(services, self, { type: 'unread_count', unread_count: total });
    return;
  }
  const [head, membership] = await Promise.all([getHead(services, which), getMembership(services, is.username, which)]);
  const unread = membership ? await unreadOf(services, head, membership) : 0;
  await first(services, self, { type: 'single_conversation_unread_count', conversation: which, unread_count: unread });
}
