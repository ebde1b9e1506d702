import type { Store } from '../runtime/services.ts';
import type { LoggedEntry } from '../store/entry.ts';
import { getHiddenMessages } from '../store/hidden.ts';
import type { Membership } from '../store/membership.ts';

/** The member who reads the log. */
export type Viewer = Pick<Membership, 'username' | 'conversation' | 'cleared' | 'hiddenLast'>;

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

/** The number of the message itself, or of a change's target. */
function messageOf(entry: LoggedEntry): number {
  return 'target' in entry ? entry.target : entry.seq;
}
