/**
 * Creates a managed group. A client may retry with the same `client_id`, which determines the group's id. If the group exists, the retry
 * returns it; if an earlier try died half-way, the retry completes it. The first entry of the log is written last, by only one of all tries:
 * from then on the group exists.
 */
import { createHash } from 'node:crypto';
import { ChatError } from '#protocol/errors';
import type { ConversationView } from '#protocol/message';
import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { getConversationState } from '../store/conversation-state.ts';
import { getEntry, type SystemEntry } from '../store/entry.ts';
import { createMembership } from '../store/membership.ts';
import { noteJoined } from '../store/new-members.ts';
import { assertNoBlock } from './blocks-between.ts';
import { conversationView } from './conversation-view.ts';
import { announce, invitedAmong, inviteFirst, withoutAsking } from './invitations.ts';
import { assertUsersExist } from './people.ts';
import type { Caller } from './require-membership.ts';
import { recordGroupCreated } from './system-events.ts';
import { assertRate } from './user-limits.ts';

export interface NewGroup {
  readonly title: string;
  readonly members: readonly string[];
  /** The same `client_id` again, with the same title and members, is the same group. */
  readonly client_id?: string | undefined;
}

/**
 * Creates a group of these users and the caller, who becomes its owner. Contacts of the caller are members at once; others are invited.
 * @throws ChatError `unknown_user`; `rate_limited` for too many new conversations or invitations; `forbidden` when a block stands between the
 *   caller and one of them, and for a group that exists and that the caller has left; `conflict` when the client_id is that of a group that
 *   began with another title or other members
 */
export async function createGroup(
  services: Services,
  caller: Caller,
  { title, members: requested, client_id: clientId }: NewGroup,
): Promise<ConversationView> {
  const others = [...new Set(requested)].filter((name) => name !== caller.username);
  await assertUsersExist(services, others);
  const ulid = clientId === undefined ? services.newId(services.now()) : ulidOf(caller.username, clientId);
  const conversation: Conversation = { id: `group:${ulid.toLowerCase()}`, kind: 'group' };
  // A retry must not add members again who have left since.
  if (clientId === undefined || (await getConversationState(services, conversation.id)).seq === 0) {
    await assertNoBlock(services, caller.username, others);
    const atOnce = await withoutAsking(services, caller, others);
    const strangers = others.filter((name) => !atOnce.includes(name));
    if (strangers.length > 0) await assertRate(services, caller.username, 'invitations', { tokens: strangers.length });
    await assertRate(services, caller.username, 'conversations');
    const start = { seq: 0, count: 0 };
    await noteJoined(services, conversation.id, atOnce);
    await createMembership(services, caller.username, conversation, start, 'owner');
    await Promise.all(atOnce.map((name) => createMembership(services, name, conversation, start)));
    const given = await inviteFirst(services, conversation, caller, strangers);
    const members = [caller.username, ...atOnce];
    const change = { kind: 'created', by: caller.username, title, members } as const;
    await recordGroupCreated(services, conversation, change, strangers);
    await announce(services, given);
  }
  if (clientId !== undefined) await assertSameGroup(services, conversation, [caller.username, ...others], title);
  const view = await conversationView(services, conversation, caller.username, others);
  const invited = await invitedAmong(services, conversation, others);
  return invited.length === 0 ? view : { ...view, invited };
}

/** ms between looks at the first entry, which another try may still be writing. */
const firstEntryDelaysMs = [0, 20, 40, 80];

/** The first entry of the log says how the group began. If it has expired or was never written, nobody knows. */
async function assertSameGroup(
  services: Services,
  { id }: Conversation,
  members: readonly string[],
  title: string,
): Promise<void> {
  for (const delay of firstEntryDelaysMs) {
    if (delay > 0) await services.pause(delay);
    const entry = await getEntry(services, id, 1);
    if (!entry) continue;
    const began = entry.type === 'system' && entry.change.kind === 'created' ? entry : undefined;
    if (!began || isSameBeginning(began, members, title)) return;
    throw new ChatError('conflict', `its client_id is that of ${id}, which began otherwise: choose another`);
  }
}

function isSameBeginning({ change, invited = [] }: SystemEntry, members: readonly string[], title: string): boolean {
  const names = new Set([...(change.members ?? []), ...invited]);
  return change.title === title && names.size === members.length && members.every((name) => names.has(name));
}

const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A hash in the form of a ULID. Its time has no meaning. https://github.com/ulid/spec */
function ulidOf(username: string, clientId: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([username, clientId]))
    .digest('hex');
  const number = BigInt(`0x${hash.slice(0, 32)}`);
  // JavaScript has other letters for base 32.
  return number
    .toString(32)
    .padStart(26, '0')
    .replace(/./g, (digit) => digits.charAt(Number.parseInt(digit, 32)));
}
