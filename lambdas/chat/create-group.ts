/**
 * Creates a managed group. A client may retry with the same `client_id`, which determines the group's id. If the group exists, the retry
 * returns it; if an earlier try died half-way, the retry completes it. The first entry of the log is written last, by only one of all tries:
 * from then on the group exists.
 */
import { createHash } from 'node:crypto';
import type { ConversationView } from '#protocol/message';
import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { getConversationState } from '../store/conversation-state.ts';
import { createMembership } from '../store/membership.ts';
import { createUser } from '../store/user.ts';
import { conversationView } from './conversation-view.ts';
import { assertUsersExist } from './people.ts';
import type { Caller } from './require-membership.ts';
import { recordGroupCreated } from './system-events.ts';
import { assertRate } from './user-limits.ts';

export interface NewGroup {
  readonly title: string;
  readonly members: readonly string[];
  /** The same `client_id` again is the same group, whatever title and members come with it. */
  readonly client_id?: string | undefined;
}

/**
 * Creates a group of these users and the caller, who becomes its owner.
 * @throws ChatError `unknown_user`; `rate_limited` for too many new conversations; `forbidden` for a group that exists and that the caller has left
 */
export async function createGroup(
  services: Services,
  caller: Caller,
  { title, members: invited, client_id: clientId }: NewGroup,
): Promise<ConversationView> {
  const others = [...new Set(invited)].filter((name) => name !== caller.username);
  await assertUsersExist(services, others);
  await createUser(services, caller);
  const ulid = clientId === undefined ? services.newId(services.now()) : ulidOf(caller.username, clientId);
  const conversation: Conversation = { id: `group:${ulid.toLowerCase()}`, kind: 'group' };
  // A retry must not add members again who have left since.
  if (clientId === undefined || (await getConversationState(services, conversation.id)).seq === 0) {
    await assertRate(services, caller.username, 'conversations');
    const start = { seq: 0, count: 0 };
    await createMembership(services, caller.username, conversation, start, 'owner');
    await Promise.all(others.map((name) => createMembership(services, name, conversation, start)));
    const members = [caller.username, ...others];
    await recordGroupCreated(services, conversation, { kind: 'created', by: caller.username, title, members });
  }
  return conversationView(services, conversation, caller.username, others);
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
