/**
 * A new managed group. Whoever cannot know whether an earlier try came through tries again with the same `client_id`, from which the group's
 * id follows: a group that stands is the answer, and one whose maker died on the way is made whole. Its number one in the log, which only
 * one of all tries takes, comes last and says that it stands.
 */
import { createHash } from 'node:crypto';
import type { ConversationView } from '#protocol/message';
import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { getConversationState } from '../store/conversation-state.ts';
import { createMembership } from '../store/membership.ts';
import { createUser } from '../store/user.ts';
import { conversationView } from './conversation-view.ts';
import { assertUsersExist } from './manage-group.ts';
import { assertConversationLimit } from './rate-limits.ts';
import type { Caller } from './require-membership.ts';
import { recordGroupCreated } from './system-events.ts';

export interface NewGroup {
  readonly title: string;
  readonly members: readonly string[];
  /** The same again is the same group, whatever title and members come with it. */
  readonly client_id?: string | undefined;
}

/**
 * A group of the caller, who owns it, and these people.
 * @throws ChatError `unknown_user`; `rate_limited` for who makes too many; `forbidden` for a group that stands and that the caller has left
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
  // Of one that stands nobody becomes a member again by trying again.
  if (clientId === undefined || (await getConversationState(services, conversation.id)).seq === 0) {
    await assertConversationLimit(services, caller.username);
    const start = { seq: 0, count: 0 };
    await createMembership(services, caller.username, conversation, start, 'owner');
    await Promise.all(others.map((name) => createMembership(services, name, conversation, start)));
    const members = [caller.username, ...others];
    await recordGroupCreated(services, conversation, { kind: 'created', by: caller.username, title, members });
  }
  return conversationView(services, conversation, caller.username, others);
}

const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** 128 bits in the form of a ULID, whose time means nothing here. https://github.com/ulid/spec */
function ulidOf(username: string, clientId: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([username, clientId]))
    .digest('hex');
  let rest = BigInt(`0x${hash.slice(0, 32)}`);
  let ulid = '';
  for (let place = 0; place < 26; place++) {
    ulid = digits.charAt(Number(rest % 32n)) + ulid;
    rest /= 32n;
  }
  return ulid;
}
