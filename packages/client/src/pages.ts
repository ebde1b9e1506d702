/** Parts of the log that the core does not hold. */
import type { Chat } from './chat.ts';
import { pathOf, queryOf } from './http.ts';
import type { Message, MessagePage } from './protocol.ts';

/** A part of the log without gaps. */
export interface Part {
  /** By `seq`, oldest first. */
  readonly messages: readonly Message[];
  /** There are older messages before this `seq`; undefined if there are none. */
  readonly from: number | undefined;
  /** There are newer messages after this `seq`; undefined if there are none. */
  readonly upTo: number | undefined;
}

export type Position = { readonly before: number } | { readonly after: number } | { readonly around: number };

/** @throws ParleyError */
export async function loadPart(
  chat: Pick<Chat, 'request'>,
  conversation: string,
  position: Position,
  limit = 50,
): Promise<Part> {
  const query = new URLSearchParams({ limit: String(limit) });
  for (const [name, seq] of Object.entries(position)) query.set(name, String(seq));
  const { results, next, previous } = await chat.request<MessagePage>(
    'GET',
    `${pathOf(conversation)}/messages?${query}`,
  );
  const [older, newer] = 'after' in position ? [previous, next] : [next, previous];
  return {
    messages: [...results].sort((a, b) => a.seq - b.seq),
    from: numberIn(older, 'before'),
    upTo: numberIn(newer, 'after'),
  };
}

/** A number in the query of the address of another page. */
function numberIn(address: string | null, name: string): number | undefined {
  const value = address === null ? null : queryOf(address).get(name);
  return value === null ? undefined : Number(value);
}

/** Each request of a search looks through a bounded part of the log, and may find nothing in it. */
const maxFruitless = 10;

/**
 * Messages that contain all words, newest first, page by page. A page may be empty: then a long part of the log has none, and the next one goes
 * on behind it. The last page is returned, not yielded. It throws a `ParleyError` when a page cannot be loaded.
 */
export async function* searchMessages(
  chat: Pick<Chat, 'pages'>,
  conversation: string,
  words: string,
  before?: number,
): AsyncGenerator<readonly Message[], readonly Message[], undefined> {
  const query = new URLSearchParams({ q: words, limit: '30' });
  if (before !== undefined) query.set('before', String(before));
  let requests = 0;
  for await (const { results, next } of chat.pages<MessagePage>(`${pathOf(conversation)}/messages?${query}`)) {
    if (next === null) return results;
    if (results.length === 0 && ++requests < maxFruitless) continue;
    requests = 0;
    yield results;
  }
  return [];
}
