import type { ConversationView } from '@parley/client';

const placeOf = (user: string) => `parley.inbox.${user}`;
/** Rows: what a person looks through, and far below what the browser's store holds. */
const most = 200;

/** The inbox as it was last seen on this device, to be shown until the server has told it. */
export function keptInbox(user: string): readonly ConversationView[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(placeOf(user)) ?? '[]');
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

export function keepInbox(user: string, views: readonly ConversationView[]): void {
  const rows = views.slice(0, most).map((view) => ({
    ...view,
    // Those of rooms and groups may be thousands, and lists do not need them.
    members: view.kind === 'direct' || view.kind === 'fixed' ? view.members : [],
  }));
  try {
    localStorage.setItem(placeOf(user), JSON.stringify(rows));
  } catch {
    // The place is full: the next page without a connection shows an older list.
  }
}
