import type { ConversationView } from '@parley/client';
import { kept } from '../ui/storage.ts';

const keyOf = (user: string) => `parley.inbox.${user}`;
/** More than a user scrolls through, and far below the limit of localStorage. */
const maxRows = 200;

/** The inbox as it was last seen on this device, shown until the server has sent it. */
export function readCachedInbox(user: string): readonly ConversationView[] {
  try {
    const cached: unknown = JSON.parse(kept.getItem(keyOf(user)) ?? '[]');
    return Array.isArray(cached) ? cached : [];
  } catch {
    return [];
  }
}

export function cacheInbox(user: string, views: readonly ConversationView[]): void {
  const rows = views.slice(0, maxRows).map((view) => ({
    ...view,
    // Its address works for an hour only.
    picture: undefined,
    // Rooms and groups may have thousands of members, and the list does not show them.
    members: view.kind === 'direct' || view.kind === 'fixed' ? view.members : [],
  }));
  kept.setItem(keyOf(user), JSON.stringify(rows));
}
