import type { Services } from '../runtime/services.ts';
import type { ChangeEntry, ShownEntry } from '../store/entry.ts';
import { getHiddenMessages } from '../store/hidden.ts';
import type { Membership } from '../store/membership.ts';

/** Whose view of the log it is. */
export type Viewer = Pick<Membership, 'username' | 'conversation' | 'cleared' | 'hiddenLast'>;

/** The entries without those about messages that the member has cleared away or deleted for themselves. */
export async function visibleTo<E extends ShownEntry | ChangeEntry>(
  services: Pick<Services, 'table'>,
  viewer: Viewer,
  entries: readonly E[],
): Promise<E[]> {
  const standing = entries.filter((entry) => messageOf(entry) > viewer.cleared.seq);
  // Nearly nobody hides anything, and then there is nothing to read.
  if (viewer.hiddenLast === 0 || standing.length === 0) return standing;
  const hidden = await getHiddenMessages(services, viewer, standing.map(messageOf));
  return standing.filter((entry) => !hidden.has(messageOf(entry)));
}

/** The number of the message that an entry is, or is about. */
function messageOf(entry: ShownEntry | ChangeEntry): number {
  return 'target' in entry ? entry.target : entry.seq;
}
