/** Pages of a user's conversations: first those that were active last, from one reading, then the older ones. */
import { membershipPage } from '../store/membership.ts';
import {
  type Inbox,
  type InboxRow,
  isBefore,
  type Place,
  placeOf,
  type Reader,
  readInbox,
  shown,
  toRows,
} from './inbox.ts';

/**
 * Where a page begins. Conversations that become active, or are pinned, while somebody pages move to the front, so they are shown once more, or for the first
 * time, at the end of those that did not: nothing is missed.
 */
export type InboxPlace =
  /** Behind this place, of those that were not active since `start` (ms). */
  | { readonly part: 'after'; readonly start: number; readonly place: Place }
  /** Those that were active since, the earliest first. */
  | { readonly part: 'moved'; readonly start: number; readonly place: Place; readonly end: Place }
  /** The older ones, by their ids. `end`: up to there they were shown before. */
  | { readonly part: 'older'; readonly start: number; readonly after: string | undefined; readonly end: Place };

export interface InboxPage {
  readonly rows: readonly InboxRow[];
  /** Undefined if there is no further page. */
  readonly next: InboxPlace | undefined;
  /** All conversations, or `limits.inboxConversations` when there are older ones. */
  readonly count: number;
}

/** @param from a place that a page gave, or how many conversations are skipped */
export async function inboxPage(
  services: Reader,
  username: string,
  { from, limit }: { readonly from: InboxPlace | number; readonly limit: number },
): Promise<InboxPage> {
  if (typeof from === 'object' && from.part === 'older') return olderPage(services, username, from, limit);
  return pageOf(await readInbox(services, username), { from, limit, now: services.now() });
}

/** A page of what was read. @param now ms */
export function pageOf(
  { rows, hasOlder }: Inbox,
  {
    from,
    limit,
    now,
  }: { readonly from: Exclude<InboxPlace, { part: 'older' }> | number; readonly limit: number; readonly now: number },
): InboxPage {
  const start = typeof from === 'number' ? now : from.start;
  const movedAt = (row: InboxRow) => Math.max(placeOf(row).at, row.membership.settings.pinnedAt ?? 0);
  const hasMoved = (row: InboxRow) => typeof from === 'object' && movedAt(row) > start;
  const moved = rows.filter(hasMoved).reverse();
  const still = rows.filter((row) => !hasMoved(row));
  const last = still.at(-1);
  const end = typeof from === 'object' && from.part === 'moved' ? from.end : last ? placeOf(last) : { at: 0, id: '' };
  const older = hasOlder ? ({ part: 'older', start, after: undefined, end } as const) : undefined;
  const count = rows.length;
  if (typeof from === 'object' && from.part === 'moved') {
    const left = moved.filter((row) => isBefore(placeOf(row), from.place));
    const page = left.slice(0, limit);
    const [place] = page.slice(-1).map(placeOf);
    const next = place && left.length > limit ? { ...from, place } : older;
    return { rows: page, next, count };
  }
  const left = typeof from === 'number' ? still.slice(from) : still.filter((row) => isBefore(from.place, placeOf(row)));
  const page = left.slice(0, limit);
  const [place] = page.slice(-1).map(placeOf);
  if (place && left.length > limit) return { rows: page, next: { part: 'after', start, place }, count };
  const next = moved.length > 0 ? ({ part: 'moved', start, place: { at: start, id: '~' }, end } as const) : older;
  return { rows: page, next, count };
}

/** Tries to find some that were not shown, so that few pages are empty. */
const olderTries = 4;

async function olderPage(
  services: Reader,
  username: string,
  from: Extract<InboxPlace, { part: 'older' }>,
  limit: number,
): Promise<InboxPage> {
  const { start, end } = from;
  const recent = await readInbox(services, username);
  const shownBefore = new Set(
    recent.rows
      .map(placeOf)
      .filter((place) => place.at <= start && !isBefore(end, place))
      .map(({ id }) => id),
  );
  let after = from.after;
  for (let tries = 0; ; tries++) {
    const page = await membershipPage(services, username, { after, limit });
    const rows = shown(
      await toRows(
        services,
        page.memberships.filter(({ conversation }) => !shownBefore.has(conversation)),
      ),
    );
    after = page.last;
    const isLast = after === undefined;
    if (rows.length > 0 || isLast || tries >= olderTries) {
      return { rows, next: isLast ? undefined : { ...from, after }, count: recent.rows.length };
    }
  }
}
