/** Takes away what this browser kept for a user who has signed out: what they began to write, what was not sent yet, their inbox. */
export function forgetUser(username: string): void {
  for (const key of Object.keys(localStorage)) if (isOf(username, key)) localStorage.removeItem(key);
  // Emptied, not deleted: a database that another tab still holds open would let nobody in until then.
  const request = indexedDB.open(`parley-outbox-${username}`, 1);
  request.onupgradeneeded = () => request.result.createObjectStore('sending', { keyPath: 'client_id' });
  request.onsuccess = () => {
    const transaction = request.result.transaction('sending', 'readwrite');
    transaction.objectStore('sending').clear();
    transaction.oncomplete = () => request.result.close();
  };
}

/** `parley.<what>.<user>` or `parley.<what>.<user>.<conversation>`, where a user name may have dots, too. */
export function isOf(username: string, key: string): boolean {
  const rest = /^parley\.[a-z]+\.(.+)$/.exec(key)?.[1] ?? '';
  if (rest === username) return true;
  if (!rest.startsWith(`${username}.`)) return false;
  const conversation = rest.slice(username.length + 1);
  return /^(room|group):/.test(conversation) || conversation.split('_').includes(username);
}
