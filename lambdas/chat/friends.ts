/**
 * Friends: one user sends a request, and the other accepts by sending one, too. Accepting opens the direct conversation and unfriending closes
 * it to new messages, each in the same transaction. So with `friendsFirst`, sending a message needs no read of friendships.
 *
 * A refusal is not announced: the request stays in the list of the user who sent it, and disappears from the other's. The same happens to a
 * request to somebody who has blocked its sender.
 */
import { ChatError } from '#protocol/errors';
import { limits } from '#protocol/limits';
import type { FriendState } from '#protocol/message';
import type { Services, Store, TimedStore } from '../runtime/services.ts';
import type { DirectSide } from '../store/direct-membership.ts';
import {
  changeFriendships,
  type Friendship,
  type FriendshipChange,
  friendshipsOf,
  getFriendships,
} from '../store/friendship.ts';
import { getMembership } from '../store/membership.ts';
import { getUser } from '../store/user.ts';
import { notifyFriends } from './notify-friends.ts';
import { directConversationWith, isNotDeleted } from './people.ts';
import type { Caller } from './require-membership.ts';

type Direct = readonly [DirectSide, DirectSide];

/** The new state of both sides, and of their direct conversation. */
interface Decision {
  readonly own: FriendState | undefined;
  readonly theirs: FriendState | undefined;
  /** The caller's side first; undefined: the conversation stays as it is. */
  readonly direct?: Direct | undefined;
  /** Of a block: how far the caller has read. */
  readonly blockerRead?: number | undefined;
}

/**
 * Sends a friend request, or accepts the other user's. Repeating it changes nothing.
 * @returns `friends`, or `sent` while the request waits
 * @throws ChatError `invalid_frame` for oneself, `unknown_user`, `forbidden` if the caller has blocked them, `rate_limited`, `conflict`
 */
export async function befriend(services: Services, caller: Caller, username: string): Promise<'friends' | 'sent'> {
  const { id } = directConversationWith(caller.username, username);
  const [user, membership] = await Promise.all([
    getUser(services, username),
    getMembership(services, caller.username, id),
  ]);
  if (!user || !isNotDeleted(user)) throw new ChatError('unknown_user', `there is no user ${username}`);
  if (membership?.blocks) {
    throw new ChatError('forbidden', `you have blocked them: unblock them with DELETE /me/blocks/${username}`);
  }
  const isBlocked = membership?.blocked ?? false;

  const sides = await updateFriendship(services, caller.username, username, async (own, theirs): Promise<Decision> => {
    const accepts = theirs.state === 'sent' && !isBlocked;
    if (accepts) return { own: 'friends', theirs: 'friends', direct: ['open', 'open'] };
    if (own.state === 'friends' || own.state === 'sent') return { own: own.state, theirs: theirs.state };
    await assertFriendRequestLimit(services, own);
    return { own: 'sent', theirs: isBlocked ? theirs.state : 'received' };
  });
  const isFriend = sides.own.state === 'friends';
  await notifyFriends(services, isFriend ? 'friend_accepted' : 'friend_requested', caller.username, changed(sides));
  return isFriend ? 'friends' : 'sent';
}

/**
 * Takes back a request, refuses one, or ends a friendship. If there is neither, nothing happens.
 * @throws ChatError `invalid_frame` for oneself, `conflict`
 */
export async function unfriend(services: Services, caller: Caller, username: string): Promise<void> {
  await endFriendship(services, caller.username, username);
}

/**
 * Ends a friendship and any request. A request that the other user has sent stays in their own list, because a refusal is not announced.
 * @param block whether it is a block, which is noted in the same transaction; `read` is how far its user has read. By default, a friendship's
 *   direct conversation becomes `unfriended`
 */
export async function endFriendship(
  services: Services,
  me: string,
  other: string,
  block?: { readonly read: number },
): Promise<void> {
  const sides = await updateFriendship(services, me, other, async (own, theirs): Promise<Decision> => {
    const unfriended: Direct | undefined = own.state === 'friends' ? ['unfriended', 'unfriended'] : undefined;
    return {
      own: undefined,
      theirs: theirs.state === 'sent' ? 'sent' : undefined,
      direct: block ? ['blocks', 'blocked'] : unfriended,
      blockerRead: block?.read,
    };
  });
  await notifyFriends(services, 'friend_removed', me, changed(sides));
}

/** Ends everything between the two, and no list shows anything of it: one of them has deleted their account. */
export async function forgetFriendship(services: Services, me: string, other: string): Promise<void> {
  const sides = await updateFriendship(services, me, other, async () => ({ own: undefined, theirs: undefined }));
  await notifyFriends(services, 'friend_removed', me, changed(sides));
}

/**
 * Friends by name; requests by time, latest first, and by name where the time is the same. Reads all friends and requests of the user: half a
 * unit for about forty.
 */
export async function friendsIn(services: Store, username: string, state: FriendState): Promise<Friendship[]> {
  const friends = (await allFriendships(services, username)).filter((friend) => friend.state === state);
  return friends.sort((a, b) => (state === 'friends' ? 0 : b.at - a.at) || (a.other < b.other ? -1 : 1));
}

/** Reads both sides, decides and writes. If a side has changed in between, it starts again. */
async function updateFriendship(
  services: Services,
  me: string,
  other: string,
  decide: (own: Friendship, theirs: Friendship) => Promise<Decision>,
): Promise<{ own: FriendshipChange; theirs: FriendshipChange }> {
  const conversation = directConversationWith(me, other);
  for (let tries = 0; tries < 5; tries++) {
    const current = await getFriendships(services, [
      { username: me, other },
      { username: other, other: me },
    ]);
    const own = current.find(({ username }) => username === me) ?? noFriendship(me, other);
    const theirs = current.find(({ username }) => username === other) ?? noFriendship(other, me);
    const decision = await decide(own, theirs);
    const sides = {
      own: { username: me, other, was: own.state, state: decision.own },
      theirs: { username: other, other: me, was: theirs.state, state: decision.theirs },
    };
    const { direct, blockerRead } = decision;
    const directChange = direct && {
      conversation,
      blockerRead,
      sides: [
        { username: me, side: direct[0] },
        { username: other, side: direct[1] },
      ],
    };
    if (await changeFriendships(services, changed(sides), directChange)) return sides;
  }
  throw new ChatError('conflict', 'it was changed by others again and again: try again', { retryAfter: 1 });
}

function noFriendship(username: string, other: string): Friendship {
  return { username, other, state: undefined, at: 0, asked: undefined };
}

function changed({ own, theirs }: { own: FriendshipChange; theirs: FriendshipChange }): FriendshipChange[] {
  return [own, theirs].filter(({ was, state }) => was !== state);
}

/** @throws ChatError `rate_limited` for too many requests, requests too fast, or a second one to the same user too soon */
async function assertFriendRequestLimit(services: TimedStore, own: Friendship): Promise<void> {
  const { count, seconds } = limits.friendAsks;
  const since = services.now() - seconds * 1_000;
  const all = await allFriendships(services, own.username);
  const isRecent = (time: number | undefined): time is number => time !== undefined && time > since;
  const recent = all.map(({ asked }) => asked).filter(isRecent);
  const limiting = isRecent(own.asked) ? own.asked : recent.sort((a, b) => b - a)[count - 1];
  if (limiting !== undefined) {
    const wait = Math.ceil((limiting - since) / 1_000);
    const rule = `at most ${count} people in ${seconds / 60} minutes, and each of them once`;
    throw new ChatError('rate_limited', `${rule}: try again in ${wait} s`, { retryAfter: wait });
  }
  const waiting = all.filter(({ state }) => state === 'sent').length;
  if (waiting < limits.friendRequests) return;
  const reason = `${waiting} of your requests wait for an answer: take one back, with DELETE /me/friends/{username}`;
  throw new ChatError('rate_limited', reason);
}

async function allFriendships(services: Store, username: string): Promise<Friendship[]> {
  const all: Friendship[] = [];
  for await (const page of friendshipsOf(services, username)) all.push(...page);
  return all;
}
