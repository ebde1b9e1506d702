import type { Chat, Message } from '@parley/client';
import { pathOf } from '../state/names.ts';
import { numberIn } from './load-messages.ts';

/** Each request searches a bounded part of the log, and may find nothing in it. */
const maxRequests = 10;

/** Messages that contain all words, newest first, page by page. The last page is returned instead of yielded. @throws ParleyError */
export async function* searchMessages(
  chat: Pick<Chat, 'request'>,
  conversation: string,
  words: string,
): AsyncGenerator<readonly Message[], readonly Message[]> {
  const query = new URLSearchParams({ q: words, limit: '30' });
  for (;;) {
    const found: Message[] = [];
    for (let count = 0; count < maxRequests && found.length === 0; count++) {
      const { results, next } = await chat.request<{ results: Message[]; next: string | null }>(
        'GET',
        `${pathOf(conversation)}/messages?${query}`,
      );
      found.push(...results);
      const before = numberIn(next, 'before');
      if (before === undefined) return found;
      query.set('before', String(before));
    }
    yield found;
  }
}
