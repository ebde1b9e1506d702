import type { Store } from '../runtime/services.ts';
import type { LoggedEntry } from '../store/entry.ts';
import { getHiddenMessages } from '../store/hidden.ts';
import { getMemberships, type Membership } from '../store/membership.ts';

/** The member who reads the log. */
export type Viewer = Pick<Membership, 'username' | 'conversation' | 'cleared' | 'hiddenLast'> &
  Partial<Pick<Membership, 'hiddenSince'>>;

/** The entries without those about messages that the member has cleared or hidden. */
export async function visibleTo<E extends LoggedEntry>(
  services: Store,
  viewer: Viewer,
  entries: readonly E[],
): Promise<E[]> {
  const uncleared = entries.filter((entry) => messageOf(entry) > viewer.cleared.seq);
  // Most members have hidden nothing; then nothing has to be read.
  if (viewer.hiddenLast === 0 || uncleared.length === 0) return uncleared;
  const hidden = await getHiddenMessages(services, viewer, uncleared.map(messageOf));
  return uncleared.filter((entry) => !hidden.has(messageOf(entry)));
}

/**
 * Those of the members who see this message. A membership that is not found counts as one that has hidden nothing.
 * Costs half a unit for each member, and a unit for each who has hidden a message as new as this one.
 */
export async function whoSee<M extends { readonly username: string }>(
  services: Store,
  conversation: string,
  seq: number,
  members: readonly M[],
): Promise<M[]> {
  const keys = members.map(({ username }) => ({ username, conversation }));
  const memberships = await getMemberships(services, keys);
  const unseen = await Promise.all(
    memberships.map(async (membership) => {
      if (seq <= membership.cleared.seq) return [membership.username];
      if (seq > membership.hiddenLast) return [];
      return (await getHiddenMessages(services, membership, [seq])).has(seq) ? [membership.username] : [];
    }),
  );
  const without = new Set(unseen.flat());
  return members.filter(({ username }) => !without.has(username));
}

/** The number of the message itself, or of a change's target. */
function messageOf(entry: LoggedEntry): number {
  return 'target' in entry ? entry.target : entry.seq;
}
