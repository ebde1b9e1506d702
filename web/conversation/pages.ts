import type { Chat, Message } from '@parley/client';

/** A part of the log that is whole. */
export interface Page {
  /** By `seq`, oldest first. */
  readonly messages: readonly Message[];
  /** It is whole from this number on; undefined where nothing is before it. */
  readonly from: number | undefined;
  /** It is whole up to this number; undefined where nothing is behind it. */
  readonly upTo: number | undefined;
}

export type Place = { readonly before: number } | { readonly after: number } | { readonly around: number };

interface Answer {
  readonly results: readonly Message[];
  readonly next: string | null;
  readonly previous: string | null;
}

/** @throws ParleyError */
export async function loadPage(
  chat: Pick<Chat, 'request'>,
  conversation: string,
  place: Place,
  limit = 50,
): Promise<Page> {
  const query = new URLSearchParams({ limit: String(limit) });
  for (const [name, seq] of Object.entries(place)) query.set(name, String(seq));
  const { results, next, previous } = await chat.request<Answer>('GET', `${pathOf(conversation)}/messages?${query}`);
  const [older, newer] = 'after' in place ? [previous, next] : [next, previous];
  return {
    messages: results.toSorted((a, b) => a.seq - b.seq),
    from: numberIn(older, 'before'),
    upTo: numberIn(newer, 'after'),
  };
}

/** One message as it now is, with fresh addresses of its files; undefined where it is none any more. @throws ParleyError */
export async function loadMessage(
  chat: Pick<Chat, 'request'>,
  conversation: string,
  seq: number,
): Promise<Message | undefined> {
  const { messages } = await loadPage(chat, conversation, { around: seq }, 2);
  return messages.find((message) => message.seq === seq);
}

/** `/conversations/<id>` as a path. */
export function pathOf(conversation: string): string {
  return `/conversations/${encodeURIComponent(conversation)}`;
}

export function numberIn(address: string | null, name: string): number | undefined {
  const value = address === null ? null : new URLSearchParams(address.slice(address.indexOf('?') + 1)).get(name);
  return value === null ? undefined : Number(value);
}
