import { type ChatError, unable } from '#protocol/errors';
import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { getFriends } from '../store/friend.ts';
import { getHead } from '../store/head.ts';
import { createMembership, getMembership, type Membership } from '../store/membership.ts';
import { ensureUser, getUsers } from '../store/user.ts';
import { countBeginning } from './rate.ts';
import { record } from './system.ts';

/** Who speaks, as the identity provider says. */
export interface Speaker {
  readonly username: string;
  /** The name that others are shown, where the user has not chosen one. */
  readonly name: string;
}

/**
 * The speaker's membership, which everything else in a conversation asks for first. Conversations that are named by their members come into
 * being here, on first use; an open room is joined here when `join` says so.
 * @throws ChatError `forbidden` for who is not a member, or not friends with all whom the name names where friends come first, `unknown_conversation` for a room or group in which nothing was ever said,
 *   `unknown_user` when a conversation names somebody who does not exist, `rate_limited` for who begins or joins too many
 */
export async function enter(
  services: Services,
  conversation: Conversation,
  speaker: Speaker,
  { join }: { join: boolean },
): Promise<Membership> {
  const membership = await getMembership(services, speaker.username, conversation.id);
  if (membership && !(await isUnusedAndClosed(services, membership))) return membership;

  if ('members' in conversation) await begin(services, conversation, speaker);
  else if (conversation.kind === 'room' && join) await joinRoom(services, conversation, speaker);

  const entered = await getMembership(services, speaker.username, conversation.id);
  if (entered) return entered;
  const { seq } = await getHead(services, conversation.id);
  if (seq === 0) throw unable('unknown_conversation', `use ${conversation.id}`, 'there is none of this name');
  const right = conversation.kind === 'room' ? 'join it, connect to it or post in it' : 'its members can invite you';
  throw unable('forbidden', `use ${conversation.id}`, `you are not a member: ${right}`);
}

/** The speaker's own membership comes last: once it stands, all of it does, and a first use that broke off is done again. */
async function begin(
  services: Pick<Services, 'table' | 'now' | 'config'>,
  conversation: Conversation & { readonly members: readonly string[] },
  speaker: Speaker,
): Promise<void> {
  const others = conversation.members.filter((name) => name !== speaker.username);
  const known = new Set((await getUsers(services, others)).map(({ username }) => username));
  const unknown = others.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw unable('unknown_user', `use ${conversation.id}`, `there is no user ${unknown.join(', ')}`);
  }
  if (services.config.friendsFirst) await refuseStrangers(services, conversation.id, speaker.username, others);
  await ensureUser(services, speaker);
  await countBeginning(services, speaker.username, `use ${conversation.id}`);
  await Promise.all(others.map((name) => createMembership(services, name, conversation, { seq: 0, count: 0 })));
  await createMembership(services, speaker.username, conversation, { seq: 0, count: 0 });
}

/** Who joins a room has nothing unread: the cursor starts at the newest entry. Of several devices at once, one is told of. */
async function joinRoom(services: Services, conversation: Conversation, speaker: Speaker): Promise<void> {
  await ensureUser(services, speaker);
  await countBeginning(services, speaker.username, `join ${conversation.id}`);
  const head = await getHead(services, conversation.id);
  const isNew = await createMembership(services, speaker.username, conversation, head);
  if (isNew) await record(services, conversation, { kind: 'joined', by: speaker.username }, head);
}

/** Where nothing was said there is nothing to read, and a conversation that a block made must look as if it had made none. */
async function isUnusedAndClosed(
  services: Pick<Services, 'table' | 'config'>,
  { unfriended, conversation }: Membership,
): Promise<boolean> {
  return unfriended && services.config.friendsFirst && (await getHead(services, conversation)).seq === 0;
}

/** Only who is friends with all the others opens a conversation that is named by its members. Read strongly, a unit each, and once: then it is open. */
async function refuseStrangers(
  services: Pick<Services, 'table'>,
  id: string,
  username: string,
  others: readonly string[],
): Promise<void> {
  const pairs = others.map((other) => ({ username, other }));
  const friends = (await getFriends(services, pairs)).filter(({ state }) => state === 'friends');
  const strangers = others.filter((name) => !friends.some(({ other }) => other === name));
  if (strangers.length > 0) throw askFirst(`use ${id}`, strangers);
}

function askFirst(toDoWhat: string, strangers: readonly string[]): ChatError {
  const ask = strangers.map((name) => `PUT /me/friends/${name}`).join(', ');
  return unable(
    'forbidden',
    toDoWhat,
    `friends come first here: ask with ${ask}, and try again when they have accepted`,
  );
}

/** @throws ChatError `forbidden` in a direct conversation that is closed to the speaker: they read, and say nothing */
export function refuseClosed(
  { config }: Pick<Services, 'config'>,
  { username, blocked, unfriended, conversation }: Membership,
  toDoWhat: string,
): void {
  // First, so that a block, which ends a friendship too, looks like nothing more than that.
  if (unfriended && config.friendsFirst) {
    throw askFirst(
      toDoWhat,
      conversation.split('_').filter((name) => name !== username),
    );
  }
  if (blocked) throw unable('forbidden', toDoWhat, `the other person in ${conversation} takes nothing from you`);
}
