/** Pinned messages: whoever keeps order in a conversation shows the others what they should find. */
import { ChatError } from '#protocol/errors';
import { limits } from '#protocol/limits';
import type { PinnedMessage } from '#protocol/message';
import type { Conversation } from '#protocol/names';
import { namesOf, toMessages, toTime } from '../delivery/render.ts';
import type { Services, Store } from '../runtime/services.ts';
import { roleCheck } from '../store/change-state.ts';
import { type Entry, getEntriesAt, type MessageEntry } from '../store/entry.ts';
import type { Membership } from '../store/membership.ts';
import { getPins, type Pin, pinUpdate, unpinUpdate } from '../store/pin.ts';
import { getUsers } from '../store/user.ts';
import { changeMembers } from './change-members.ts';
import { findTarget } from './change-message.ts';
import { requireManager } from './require-manager.ts';
import { assertWritable, type Caller, requireMembership } from './require-membership.ts';
import { visibleTo } from './visible.ts';

/**
 * Pins a message for all members. Nothing happens if it is pinned.
 * @throws ChatError `forbidden`; `not_found` for a message that is not there, or that the caller has hidden; `conflict` when as many are pinned
 *   as can be
 */
export async function pinMessage(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  seq: number,
): Promise<void> {
  const { id } = conversation;
  const member = await requirePinner(services, conversation, caller);
  const message = await findTarget(services, id, { seq });
  const [visible] = isStanding(message) ? await visibleTo(services, member, [message]) : [];
  if (!visible) throw new ChatError('not_found', `there is no message ${seq} in ${id}`);
  const change = { kind: 'pinned', by: caller.username, message_seq: seq } as const;
  await changeMembers(services, conversation, change, async (state) => {
    const pins = state.pins === 0 ? [] : await getPins(services, id, { consistent: true });
    if (pins.some((pin) => pin.seq === seq)) return undefined;
    const own = await requirePinner(services, conversation, caller);
    // Deleted messages make room only when it is needed, so that a deletion costs nothing for it.
    const gone = state.pins < limits.pinnedMessages ? [] : await goneAmong(services, id, pins);
    if (state.pins - gone.length >= limits.pinnedMessages) {
      throw new ChatError('conflict', `${state.pins} messages are pinned, and no more fit: unpin one`);
    }
    const pin = pinUpdate(id, { seq, by: caller.username, at: services.now() });
    return {
      updates: [pin, ...gone.map((other) => unpinUpdate(services, id, other.seq))],
      checks: [roleCheck(own)],
      morePins: 1 - gone.length,
    };
  });
}

/** Takes a pinned message down. Nothing happens if it is not pinned. @throws ChatError `forbidden`, `conflict` */
export async function unpinMessage(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  seq: number,
): Promise<void> {
  const { id } = conversation;
  await requirePinner(services, conversation, caller);
  const change = { kind: 'unpinned', by: caller.username, message_seq: seq } as const;
  await changeMembers(services, conversation, change, async (state) => {
    const pins = state.pins === 0 ? [] : await getPins(services, id, { consistent: true });
    if (!pins.some((pin) => pin.seq === seq)) return undefined;
    const own = await requirePinner(services, conversation, caller);
    return { updates: [unpinUpdate(services, id, seq)], checks: [roleCheck(own)], morePins: -1 };
  });
}

/** The pinned messages that the member sees, last pinned first. Deleted and expired ones are not among them. */
export async function pinnedMessages(
  services: Services,
  conversation: Conversation,
  member: Membership,
): Promise<PinnedMessage[]> {
  const pins = await getPins(services, conversation.id);
  const entries = await getEntriesAt(
    services,
    conversation.id,
    pins.map(({ seq }) => seq),
  );
  const visible = await visibleTo(services, member, entries.filter(isStanding));
  const people = [...visible.map(({ user }) => user), ...pins.map(({ by }) => by)];
  const names = namesOf(await getUsers(services, [...new Set(people)]));
  const messages = await toMessages(services, visible, member.username, names);
  return pins
    .toSorted((a, b) => b.at - a.at || b.seq - a.seq)
    .flatMap(({ seq, by, at }) => {
      const message = messages.find((other) => other.seq === seq);
      const person = { username: by, name: names.get(by) ?? by };
      return message ? [{ message, pinned_by: person, pinned_at: toTime(at) }] : [];
    });
}

/** In a group or room, who manages it; elsewhere every member who may write. @throws ChatError `forbidden` */
async function requirePinner(services: Services, conversation: Conversation, caller: Caller): Promise<Membership> {
  if (!('members' in conversation)) return requireManager(services, conversation, caller);
  const membership = await requireMembership(services, conversation, caller, { join: false });
  assertWritable(services, membership);
  return membership;
}

async function goneAmong(services: Store, conversation: string, pins: readonly Pin[]): Promise<Pin[]> {
  const seqs = pins.map(({ seq }) => seq);
  // One that was written a moment ago is not gone.
  const entries = await getEntriesAt(services, conversation, seqs, { consistent: true });
  const standing = new Set(entries.filter(isStanding).map(({ seq }) => seq));
  return pins.filter(({ seq }) => !standing.has(seq));
}

function isStanding(entry: Entry): entry is MessageEntry {
  return entry.type === 'message' && !entry.deleted;
}
