import { indexedDbOutbox } from '@parley/client/indexeddb';

/** Takes away what this browser kept for a user who has signed out: what they began to write, what was not sent yet, their inbox. */
export function forgetUser(username: string): void {
  for (const key of Object.keys(localStorage)) if (isOf(username, key)) localStorage.removeItem(key);
  // The browser may refuse its database, for example in a private window: then there is nothing to delete.
  indexedDbOutbox(username)
    .clear()
    .catch(() => {});
}

/** `parley.<what>.<user>` or `parley.<what>.<user>.<conversation>`, where a user name may have dots, too. */
export function isOf(username: string, key: string): boolean {
  const rest = /^parley\.[a-z]+\.(.+)$/.exec(key)?.[1] ?? '';
  if (rest === username) return true;
  if (!rest.startsWith(`${username}.`)) return false;
  const conversation = rest.slice(username.length + 1);
  return /^(room|group):/.test(conversation) || conversation.split('_').includes(username);
}
