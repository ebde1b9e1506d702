import type { MessagePage } from '../../../protocol/http.ts';
import type { Message } from '../../../protocol/message.ts';
import { type Http, pathOf, queryOf } from './http.ts';

/** Where to read from: back from the newest, back from a message, or forward from one. The named message is not among them. */
export type HistoryFrom = { readonly before?: number } | { readonly after: number };

export interface HistoryPage {
  readonly messages: readonly Message[];
  /** Numbers from this one on, up to where the reading began, are read. */
  readonly from: number;
}

/** Pages, newest first, or, with `after`, oldest first. @throws ParleyError */
export async function* pagesOf(
  http: Http,
  conversation: string,
  where: HistoryFrom = {},
  limit = 50,
): AsyncGenerator<HistoryPage, void, undefined> {
  let query = new URLSearchParams({ limit: String(limit) });
  for (const [name, value] of Object.entries(where)) if (value !== undefined) query.set(name, String(value));
  for (;;) {
    const { results, next } = await http<MessagePage>('GET', `${pathOf(conversation)}/messages?${query}`);
    const following = next === null ? undefined : queryOf(next);
    const stuck = following?.get('after') !== undefined && following.get('after') === query.get('after');
    yield { messages: results, from: Number(following?.get('before') ?? 1) };
    // A page that did not get ahead ends before a message that may still come: what follows comes live.
    if (!following || stuck) return;
    query = following;
  }
}
