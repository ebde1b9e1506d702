/**
 * Rooms belong to whoever makes them. The owner names moderators, and both keep order. A room from before rooms had owners has none, and neither
 * has one whose owner has left: then a moderator can become the owner, or the member who comes first in the log.
 */
import { ChatError } from '#protocol/errors';
import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import type { ConversationState } from '../store/conversation-state.ts';
import { getEntries } from '../store/entry.ts';
import { getMembership, getMemberships, type Membership } from '../store/membership.ts';
import { takeRoom } from '../store/room-owner.ts';

/** @throws ChatError `unknown_conversation` when the deployer has closed the making of rooms to this user */
export function assertMayMakeRooms({ config }: Pick<Services, 'config'>, room: string, username: string): void {
  const { roomMakers } = config;
  if (roomMakers === 'open' || (roomMakers !== 'closed' && roomMakers.includes(username))) return;
  const reason = 'there is none of this name, and not everybody may make rooms here';
  throw new ChatError('unknown_conversation', reason, { task: `use ${room}` });
}

/** A transaction is refused while a message takes its number. */
export const roomTries = 6;

/**
 * Makes the caller the owner of a room that has none.
 * @throws ChatError `forbidden` when the room has an owner, or somebody else comes first; `conflict`
 */
export async function becomeOwner(
  services: Services,
  conversation: Conversation,
  member: Membership,
  state: ConversationState,
): Promise<void> {
  const { id } = conversation;
  const { owner } = state;
  if (owner !== undefined && (await getMembership(services, owner, id))) {
    throw new ChatError('forbidden', `${owner} is the owner of ${id}, and can hand it over`);
  }
  if (member.role !== 'moderator') {
    const first = await firstInLog(services, state);
    if (first !== undefined && first !== member.username) {
      throw new ChatError(
        'forbidden',
        `nobody owns ${id}: its moderators can, and ${first}, who comes first in its log`,
      );
    }
  }
  for (let tries = 0; tries < roomTries; tries++) {
    if (await takeRoom(services, member, owner)) return;
    await services.pause(20 * tries);
  }
  throw new ChatError('conflict', 'it was changed at the same moment: look again', { retryAfter: 1 });
}

/** Entries at either end of the log in which the first member is looked for. */
const entriesRead = 200;

/** The first author in the log who still is a member; undefined if nobody is who wrote its first or its last entries. */
async function firstInLog(
  services: Pick<Services, 'table'>,
  { conversation: id, seq }: ConversationState,
): Promise<string | undefined> {
  for (const [from, to] of [
    [1, Math.min(seq, entriesRead)],
    [Math.max(1, seq - entriesRead + 1), seq],
  ] as const) {
    const entries = await getEntries(services, id, from, to);
    const authors = [...new Set(entries.flatMap((entry) => ('user' in entry ? [entry.user] : [])))];
    const members = await getMemberships(
      services,
      authors.map((username) => ({ username, conversation: id })),
      { consistent: true },
    );
    const first = authors.find((username) => members.some((one) => one.username === username));
    if (first !== undefined) return first;
  }
  return undefined;
}
