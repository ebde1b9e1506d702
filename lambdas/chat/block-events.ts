/**
 * What is told at a block and at its end. The devices of the user who blocks learn whom. The blocked person is told so much that what they have
 * heard agrees with what they get when they ask: at the block the other goes offline, and at its end they are as they are.
 */
import { receives } from '#protocol/scope';
import { connectionsOf, postAll } from '../delivery/post.ts';
import type { Services } from '../runtime/services.ts';
import { type ConversationState, getConversationState } from '../store/conversation-state.ts';
import type { Membership } from '../store/membership.ts';
import { getUsers, openConnectionsOf, type User } from '../store/user.ts';
import { getProfile } from './people.ts';
import { presenceOf } from './presence-of.ts';
import { asSeenBy } from './presence-seen.ts';
import { readCursor } from './unread-count.ts';

/** @param state of the direct conversation. While it has no entry, the two do not hear of each other */
export async function tellOfBlock(
  services: Services,
  { conversation, seq }: ConversationState,
  blocker: string,
  blocked: string,
): Promise<void> {
  const both = await getUsers(services, [blocker, blocked]);
  const own = ownConnections(both, blocker);
  if (own.length > 0) {
    await postAll(services, own, { type: 'user_blocked', person: await getProfile(services, blocker, blocked) });
  }
  const users = await asSeenBy(services, blocked, both);
  const to = users.filter(({ username }) => username === blocked);
  if (seq > 0) await postPresence(services, to, blocker, presenceOf(undefined, services.now(), true));
  if (isInside(services, users, blocker, conversation)) {
    await postAll(services, receiving(to, conversation), { type: 'user_leave', conversation, user: blocker });
  }
}

/**
 * @param own the membership of the user who had blocked
 * @param knownRead how far the other knows them to have read
 */
export async function tellOfUnblock(
  services: Services,
  own: Membership,
  knownRead: number,
  blocked: string,
): Promise<void> {
  const { conversation, username: blocker } = own;
  const [state, both] = await Promise.all([
    getConversationState(services, conversation),
    getUsers(services, [blocker, blocked]),
  ]);
  await postAll(services, ownConnections(both, blocker), { type: 'user_unblocked', user: blocked });
  const users = await asSeenBy(services, blocked, both);
  const to = users.filter(({ username }) => username === blocked);
  const user = users.find(({ username }) => username === blocker);
  if (state.seq > 0) await postPresence(services, to, blocker, presenceOf(user, services.now(), false));
  if (isInside(services, users, blocker, conversation)) {
    await postAll(services, receiving(to, conversation), { type: 'user_join', conversation, user: blocker });
  }
  const read = readCursor(state, own).seq;
  if (read <= knownRead) return;
  const event = { type: 'messages_read', conversation, user: blocker, up_to: read } as const;
  await postAll(services, receiving(to, conversation), event);
}

function ownConnections(users: readonly User[], username: string) {
  return connectionsOf(
    users.filter((user) => user.username === username),
    (scope) => scope.kind === 'user',
  );
}

async function postPresence(
  services: Services,
  to: readonly User[],
  user: string,
  presence: ReturnType<typeof presenceOf>,
): Promise<void> {
  const connections = connectionsOf(to, (scope) => scope.kind === 'user');
  await postAll(services, connections, { type: 'presence', user, ...presence });
}

function receiving(users: readonly User[], conversation: string) {
  return connectionsOf(users, (scope) => receives(scope, conversation));
}

/** Has this user an open connection for the conversation alone, of which the other may know? */
function isInside(
  { now }: Pick<Services, 'now'>,
  users: readonly User[],
  username: string,
  conversation: string,
): boolean {
  return users
    .filter((user) => user.username === username && !user.concealed)
    .flatMap((user) => openConnectionsOf(user, now()))
    .some(({ scope }) => scope.kind === 'conversation' && scope.conversation === conversation);
}
