import type { Chat, Message, MessagePage } from '@parley/client';
import { pathOf } from '../state/names.ts';

/** Each request searches a bounded part of the log, and may find nothing in it. */
const maxRequests = 10;

/** Messages that contain all words, newest first, page by page. The last page is returned instead of yielded. @throws ParleyError */
export async function* searchMessages(
  chat: Pick<Chat, 'pages'>,
  conversation: string,
  words: string,
): AsyncGenerator<readonly Message[], readonly Message[]> {
  const query = new URLSearchParams({ q: words, limit: '30' });
  let requests = 0;
  for await (const { results, next } of chat.pages<MessagePage>(`${pathOf(conversation)}/messages?${query}`)) {
    if (next === null) return results;
    if (results.length === 0 && ++requests < maxRequests) continue;
    requests = 0;
    yield results;
  }
  return [];
}
