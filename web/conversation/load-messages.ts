import type { Chat, Message, MessagePage } from '@parley/client';
import { pathOf } from '../state/names.ts';

/** A part of the log without gaps. */
export interface Page {
  /** By `seq`, oldest first. */
  readonly messages: readonly Message[];
  /** There are older messages before this `seq`; undefined if there are none. */
  readonly from: number | undefined;
  /** There are newer messages after this `seq`; undefined if there are none. */
  readonly upTo: number | undefined;
}

export type Position = { readonly before: number } | { readonly after: number } | { readonly around: number };

/** @throws ParleyError */
export async function loadPage(
  chat: Pick<Chat, 'request'>,
  conversation: string,
  position: Position,
  limit = 50,
): Promise<Page> {
  const query = new URLSearchParams({ limit: String(limit) });
  for (const [name, seq] of Object.entries(position)) query.set(name, String(seq));
  const { results, next, previous } = await chat.request<MessagePage>(
    'GET',
    `${pathOf(conversation)}/messages?${query}`,
  );
  const [older, newer] = 'after' in position ? [previous, next] : [next, previous];
  return {
    messages: results.toSorted((a, b) => a.seq - b.seq),
    from: numberIn(older, 'before'),
    upTo: numberIn(newer, 'after'),
  };
}

/** The current state of a message, with fresh addresses of its files; undefined if it does not exist any more. @throws ParleyError */
export async function loadMessage(
  chat: Pick<Chat, 'request'>,
  conversation: string,
  seq: number,
): Promise<Message | undefined> {
  const { messages } = await loadPage(chat, conversation, { around: seq }, 2);
  return messages.find((message) => message.seq === seq);
}

/** A number in the query of the address of another page. */
function numberIn(address: string | null, name: string): number | undefined {
  const value = address === null ? null : new URLSearchParams(address.split('?')[1]).get(name);
  return value === null ? undefined : Number(value);
}
