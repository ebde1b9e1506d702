import type { Message, MessagePage } from './protocol.ts';

/**
 * Where to read from, as the `seq` of a message that is not included. `before`: from there to older messages; `after`: from there to newer
 * ones; neither: from the newest message to older ones.
 */
export type HistoryFrom = { readonly before?: number } | { readonly after: number };

export interface HistoryPage {
  /** Up to 50. With `after` oldest first, otherwise newest first. */
  readonly messages: readonly Message[];
  /** Everything between this `seq` and the start is read. For pages that go to older messages. */
  readonly from: number;
}

/**
 * Pages of a conversation's messages. It throws a `ParleyError` when a page cannot be loaded. Nothing is imported, so that this part is small.
 * @param pages all pages of a list route
 * @param path of the messages
 */
export async function* historyOf(
  pages: (path: string) => AsyncIterable<MessagePage>,
  path: string,
  start: HistoryFrom = {},
): AsyncGenerator<HistoryPage, void, undefined> {
  const query = new URLSearchParams({ limit: '50' });
  for (const [name, value] of Object.entries(start)) if (value !== undefined) query.set(name, String(value));
  let after = query.get('after');
  for await (const { results, next } of pages(`${path}?${query}`)) {
    const following = new URLSearchParams(next?.replace(/.*\?/, ''));
    yield { messages: results, from: Number(following.get('before') ?? 1) };
    // The page ends before a message that is still being stored. That message, and those behind it, come over the socket.
    const nextAfter = following.get('after');
    if (nextAfter !== null && nextAfter === after) return;
    after = nextAfter;
  }
}
