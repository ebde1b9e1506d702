import type { Chat, Message } from '@parley/client';
import { numberIn, pathOf } from './pages.ts';

/** Requests for one page: each reads a bounded part of the log, and may find nothing in it. */
const tries = 10;

/** Messages that have all words of a query, newest first, a page at a time. The last page is returned. @throws ParleyError */
export async function* searchPages(
  chat: Pick<Chat, 'request'>,
  conversation: string,
  words: string,
): AsyncGenerator<readonly Message[], readonly Message[]> {
  let query = new URLSearchParams({ q: words, limit: '30' });
  for (;;) {
    const found: Message[] = [];
    for (let count = 0; count < tries && found.length === 0; count++) {
      const path = `${pathOf(conversation)}/messages?${query}`;
      const { results, next } = await chat.request<{ results: Message[]; next: string | null }>('GET', path);
      found.push(...results);
      const before = numberIn(next, 'before');
      if (before === undefined) return found;
      query = new URLSearchParams({ q: words, limit: '30', before: String(before) });
    }
    yield found;
  }
}
