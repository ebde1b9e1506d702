/** The entry of a kind that is nearest to a number of the log. */
import type { Store } from '../runtime/services.ts';
import type { ConversationState } from '../store/conversation-state.ts';
import { type Entry, getEntries } from '../store/entry.ts';

/** A search reads this many entries at once, and gives up after this many reads. */
const searchStep = 50;
const searchSteps = 20;
/** How many numbers a search looks at. */
export const searchRange = searchStep * searchSteps;

/** The entries before (-1) or after (1) a number, in order, up to the nearest one that is searched for. */
export async function readTo(
  services: Store,
  { conversation, seq: newest }: Pick<ConversationState, 'conversation' | 'seq'>,
  seq: number,
  direction: -1 | 1,
  isSearched: (entry: Entry) => boolean,
): Promise<Entry[]> {
  let entries: Entry[] = [];
  for (let tries = 0; tries < searchSteps; tries++) {
    const near = seq + direction * (1 + tries * searchStep);
    const far = near + direction * (searchStep - 1);
    const [first, last] = [Math.max(1, Math.min(near, far)), Math.min(newest, Math.max(near, far))];
    if (first > last) return entries;
    const stored = await getEntries(services, conversation, first, last);
    const nearest = direction < 0 ? stored.findLastIndex(isSearched) : stored.findIndex(isSearched);
    const needed = nearest < 0 ? stored : direction < 0 ? stored.slice(nearest) : stored.slice(0, nearest + 1);
    entries = direction < 0 ? [...needed, ...entries] : [...entries, ...needed];
    if (nearest >= 0) return entries;
  }
  return entries;
}
