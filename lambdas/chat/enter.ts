import { unable } from '#protocol/errors';
import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { getHead } from '../store/head.ts';
import { createMembership, getMembership, type Membership } from '../store/membership.ts';
import { ensureUser, getUsers } from '../store/user.ts';
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
 * @throws ChatError `forbidden` for who is not a member, `unknown_conversation` for a room or group in which nothing was ever said,
 *   `unknown_user` when a conversation names somebody who does not exist
 */
export async function enter(
  services: Services,
  conversation: Conversation,
  speaker: Speaker,
  { join }: { join: boolean },
): Promise<Membership> {
  const membership = await getMembership(services, speaker.username, conversation.id);
  if (membership) return membership;

  if ('members' in conversation) await begin(services, conversation, speaker);
  else if (conversation.kind === 'room' && join) await joinRoom(services, conversation, speaker);

  const entered = await getMembership(services, speaker.username, conversation.id);
  if (entered) return entered;
  const { seq } = await getHead(services, conversation.id);
  if (seq === 0) throw unable('unknown_conversation', `use ${conversation.id}`, 'there is none of this name');
  const right = conversation.kind === 'room' ? 'connect to it or post in it to join' : 'its members can invite you';
  throw unable('forbidden', `use ${conversation.id}`, `you are not a member: ${right}`);
}

/** The speaker's own membership comes last: once it stands, all of it does, and a first use that broke off is done again. */
async function begin(
  services: Pick<Services, 'table' | 'now'>,
  conversation: Conversation & { readonly members: readonly string[] },
  speaker: Speaker,
): Promise<void> {
  const others = conversation.members.filter((name) => name !== speaker.username);
  const known = new Set((await getUsers(services, others)).map(({ username }) => username));
  const unknown = others.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw unable('unknown_user', `use ${conversation.id}`, `there is no user ${unknown.join(', ')}`);
  }
  await ensureUser(services, speaker);
  await Promise.all(others.map((name) => createMembership(services, name, conversation, { seq: 0, count: 0 })));
  await createMembership(services, speaker.username, conversation, { seq: 0, count: 0 });
}

/** Who joins a room has nothing unread: the cursor starts at the newest entry. Of several devices at once, one is told of. */
async function joinRoom(services: Services, conversation: Conversation, speaker: Speaker): Promise<void> {
  await ensureUser(services, speaker);
  const head = await getHead(services, conversation.id);
  const isNew = await createMembership(services, speaker.username, conversation, head);
  if (isNew) await record(services, conversation, { kind: 'joined', by: speaker.username }, head);
}

/** @throws ChatError `forbidden` for whom the other of a direct conversation has blocked: they read, and say nothing */
export function refuseBlocked({ blocked, conversation }: Membership, toDoWhat: string): void {
  if (blocked) throw unable('forbidden', toDoWhat, `the other person in ${conversation} takes nothing from you`);
}
