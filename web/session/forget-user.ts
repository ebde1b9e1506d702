import { indexedDbOutbox } from '@parley/client/indexeddb';
import { kept } from '../ui/storage.ts';

/** Removes what this browser stored for a user who has signed out: drafts, unsent messages, the inbox. */
export function forgetUser(username: string): void {
  for (const key of kept.keys()) if (belongsTo(username, key)) kept.removeItem(key);
  indexedDbOutbox(username)
    .clear()
    // A browser that refuses its database, for example in a private window, has stored nothing.
    .catch(() => {});
}

/** @param key `parley.<what>.<user>` or `parley.<what>.<user>.<conversation>`; user names may contain dots, too */
export function belongsTo(username: string, key: string): boolean {
  const rest = /^parley\.[a-z]+\.(.+)$/.exec(key)?.[1] ?? '';
  if (rest === username) return true;
  if (!rest.startsWith(`${username}.`)) return false;
  const conversation = rest.slice(username.length + 1);
  return /^(room|group):/.test(conversation) || conversation.split('_').includes(username);
}
