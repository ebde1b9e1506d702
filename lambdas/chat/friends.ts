/**
 * Friends: one asks, the other accepts by asking too. Accepting opens the direct conversation, unfriending closes it to new messages, each in
 * the same step; so where friends come first, their messages cost no look at who is whose friend.
 *
 * Who is refused is told nothing: their request stands with them alone, as it does for who asks somebody who has blocked them.
 */
import { ChatError } from '#protocol/errors';
import { limits } from '#protocol/limits';
import type { FriendState } from '#protocol/message';
import type { Services } from '../runtime/services.ts';
import type { DirectSide } from '../store/direct-membership.ts';
import {
  changeFriendships,
  type Friendship,
  type FriendshipChange,
  friendshipsOf,
  getFriendships,
} from '../store/friendship.ts';
import { getMembership } from '../store/membership.ts';
import { ensureUser, getUser } from '../store/user.ts';
import { notifyFriends } from './notify-friends.ts';
import { directConversationWith } from './people.ts';
import type { Caller } from './require-membership.ts';

type Direct = readonly [DirectSide, DirectSide];

/** What becomes of the two, and with it of their conversation. */
interface Decision {
  readonly own: FriendState | undefined;
  readonly theirs: FriendState | undefined;
  /** On the own side, and on theirs. */
  readonly direct?: Direct | undefined;
}

/**
 * Asks somebody, or accepts when they have asked. Again: the same.
 * @returns `friends`, or `sent` while it waits
 * @throws ChatError `invalid_frame` for oneself, `unknown_user`, `forbidden` for whom the caller has blocked, `rate_limited`, `conflict`
 */
export async function befriend(services: Services, caller: Caller, username: string): Promise<'friends' | 'sent'> {
  const { id } = directConversationWith(caller.username, username);
  await ensureUser(services, caller);
  const [user, membership] = await Promise.all([
    getUser(services, username),
    getMembership(services, caller.username, id),
  ]);
  if (!user) throw new ChatError('unknown_user', `there is no user ${username}`);
  if (membership?.blocks) {
    throw new ChatError('forbidden', `you have blocked them: first let them in, with DELETE /me/blocks/${username}`);
  }
  const isKeptOut = membership?.blocked ?? false;

  const sides = await updateFriendship(services, caller.username, username, async (own, theirs): Promise<Decision> => {
    const isAsked = theirs.state === 'sent' && !isKeptOut;
    if (isAsked) return { own: 'friends', theirs: 'friends', direct: ['open', 'open'] };
    if (own.state === 'friends' || own.state === 'sent') return { own: own.state, theirs: theirs.state };
    await assertFriendRequestLimit(services, own);
    return { own: 'sent', theirs: isKeptOut ? theirs.state : 'received' };
  });
  const isFriend = sides.own.state === 'friends';
  await notifyFriends(services, isFriend ? 'friend_accepted' : 'friend_requested', caller.username, changed(sides));
  return isFriend ? 'friends' : 'sent';
}

/**
 * Takes back a request, refuses one, or ends a friendship. Again, or where there is nothing: nothing happens.
 * @throws ChatError `invalid_frame` for oneself, `conflict`
 */
export async function unfriend(services: Services, caller: Caller, username: string): Promise<void> {
  await endFriendship(services, caller.username, username);
}

/**
 * Nothing is left between the two, but a request of the other's, if there is one: that it was refused is not told.
 * @param direct what becomes of the conversation in the same step; without them, who were friends are `unfriended`
 */
export async function endFriendship(services: Services, me: string, other: string, direct?: Direct): Promise<void> {
  const sides = await updateFriendship(services, me, other, async (own, theirs) => ({
    own: undefined,
    theirs: theirs.state === 'sent' ? 'sent' : undefined,
    direct: direct ?? (own.state === 'friends' ? ['unfriended', 'unfriended'] : undefined),
  }));
  await notifyFriends(services, 'friend_removed', me, changed(sides));
}

/** Friends by name, requests by time, latest first. Reads all friends and requests of the user: half a unit for about forty. */
export async function friendNames(
  services: Pick<Services, 'table'>,
  username: string,
  state: FriendState,
): Promise<string[]> {
  const friends = (await allOf(services, username)).filter((friend) => friend.state === state);
  const inOrder = state === 'friends' ? friends : friends.sort((a, b) => b.at - a.at);
  return inOrder.map(({ other }) => other);
}

/** Reads what is between the two, decides, and writes it unless it has changed since: then once more. */
async function updateFriendship(
  services: Services,
  me: string,
  other: string,
  decide: (own: Friendship, theirs: Friendship) => Promise<Decision>,
): Promise<{ own: FriendshipChange; theirs: FriendshipChange }> {
  const { id: conversation } = directConversationWith(me, other);
  for (let tries = 0; tries < 5; tries++) {
    const known = await getFriendships(services, [
      { username: me, other },
      { username: other, other: me },
    ]);
    const own = known.find(({ username }) => username === me) ?? nothing(me, other);
    const theirs = known.find(({ username }) => username === other) ?? nothing(other, me);
    const decision = await decide(own, theirs);
    const sides = {
      own: { username: me, other, was: own.state, state: decision.own },
      theirs: { username: other, other: me, was: theirs.state, state: decision.theirs },
    };
    const [ownSide, theirSide] = decision.direct ?? [];
    const openings = [
      ...(ownSide ? [{ username: me, conversation, side: ownSide }] : []),
      ...(theirSide ? [{ username: other, conversation, side: theirSide }] : []),
    ];
    if (await changeFriendships(services, changed(sides), openings)) return sides;
  }
  throw new ChatError('conflict', 'others were faster again and again: try again', { retryAfter: 1 });
}

function nothing(username: string, other: string): Friendship {
  return { username, other, state: undefined, at: 0, asked: undefined };
}

function changed({ own, theirs }: { own: FriendshipChange; theirs: FriendshipChange }): FriendshipChange[] {
  return [own, theirs].filter(({ was, state }) => was !== state);
}

/** @throws ChatError `rate_limited` for who asks too many, too fast, or the same person too soon */
async function assertFriendRequestLimit(services: Pick<Services, 'table' | 'now'>, own: Friendship): Promise<void> {
  const { count, seconds } = limits.friendAsks;
  const since = services.now() - seconds * 1_000;
  const all = await allOf(services, own.username);
  const recent = all
    .flatMap(({ asked }) => (asked !== undefined && asked > since ? [asked] : []))
    .sort((a, b) => b - a);
  const tooSoon = own.asked !== undefined && own.asked > since ? own.asked : recent[count - 1];
  if (tooSoon !== undefined) {
    const wait = Math.ceil((tooSoon - since) / 1_000);
    const most = `at most ${count} people in ${seconds / 60} minutes, and each of them once`;
    throw new ChatError('rate_limited', `${most}: try again in ${wait} s`, { retryAfter: wait });
  }
  const waiting = all.filter(({ state }) => state === 'sent').length;
  if (waiting < limits.friendRequests) return;
  const why = `${waiting} of your requests wait for an answer: take one back, with DELETE /me/friends/{username}`;
  throw new ChatError('rate_limited', why);
}

async function allOf(services: Pick<Services, 'table'>, username: string): Promise<Friendship[]> {
  const all: Friendship[] = [];
  for await (const page of friendshipsOf(services, username)) all.push(...page);
  return all;
}
