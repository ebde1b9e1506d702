/** What the canary does at each run: what every person does, by the same ways. */
import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { MessagePage } from '#protocol/http';
import { ConversationView } from '#protocol/message';
import type { Account } from './account.ts';
import { openSocket } from './socket.ts';

export type Step = 'sign in' | 'open its group' | 'connect' | 'send' | 'receive' | 'read';

/**
 * Signs in, connects twice, sends a message by the first socket, waits for the acknowledgement there and for the message at the second, and reads
 * it by HTTP. The group is the canary's own, and the same at each run.
 * @param options.url the host of page and APIs
 * @param options.begin is told each step before it begins
 * @throws Error at the first step that fails
 */
export async function talk(
  account: Account,
  { url, signal, begin }: { readonly url: string; readonly signal: AbortSignal; begin(step: Step): void },
): Promise<void> {
  begin('sign in');
  const token = await account.signIn();

  const request = async <Answer>(answer: z.ZodMiniType<Answer>, method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(`${url}/api${path}`, { method, headers, body: body && JSON.stringify(body), signal });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text}`);
    return z.parse(answer, JSON.parse(text));
  };

  begin('open its group');
  const group = { title: 'Canary', members: [], client_id: 'canary' };
  const { id: conversation } = await request(ConversationView, 'POST', '/conversations', group);

  begin('connect');
  const address = `${url.replace(/^http/, 'ws')}/ws`;
  const sockets = await Promise.all([openSocket(address, token, signal), openSocket(address, token, signal)]);
  const [sender, receiver] = sockets;
  try {
    // Their first events come by the table's stream.
    await Promise.all(sockets.map((socket) => socket.next(({ type }) => type === 'unread_count')));

    begin('send');
    const clientId = randomUUID();
    sender.send({
      type: 'create',
      conversation,
      message: `Canary of ${new Date().toISOString()}`,
      client_id: clientId,
    });
    const own = await sender.next(({ type, client_id }) => type === 'error' || client_id === clientId);
    if (own.type === 'error') throw new Error(String(own.message));

    begin('receive');
    await receiver.next(({ type, id }) => type === 'chat_message' && id === own.id);

    begin('read');
    const { results } = await request(MessagePage, 'GET', `/conversations/${conversation}/messages`);
    if (!results.some(({ id }) => id === own.id)) throw new Error('the message is not in the history');
  } finally {
    for (const socket of sockets) socket.close();
  }
}
