import { receives } from '#protocol/scope';
import { connectionsOf, postAll } from '../delivery/post.ts';
import type { Services } from '../runtime/services.ts';
import type { User } from '../store/user.ts';

/** Messages of one conversation that have been delivered when somebody came online. */
interface LateDelivery {
  readonly conversation: string;
  /** To whom they were delivered. */
  readonly to: string;
  /** The reader's cursor before. */
  readonly unreadFrom: number;
  /** ms; messages up to then had been delivered before */
  readonly since: number;
}

/** ms before the end of a connection in which a message may have missed it. Its author gets a receipt twice rather than never. */
const uncertaintyMs = 5_000;

/** Was a message of that time still undelivered? @param since as in `LateDelivery` */
export function wasWaiting(at: number, since: number): boolean {
  return at > since - uncertaintyMs;
}

/**
 * Tells authors that messages which waited while somebody was offline have now been delivered. Each author gets one event, which stands for
 * their earlier messages too.
 */
export async function postLateReceipts(
  services: Services,
  authors: readonly User[],
  messages: readonly { readonly user: string; readonly seq: number; readonly at: number }[],
  { conversation, to, unreadFrom, since }: LateDelivery,
): Promise<void> {
  const newest = new Map<string, number>();
  for (const { user, seq, at } of messages) {
    if (user === to || seq <= unreadFrom || !wasWaiting(at, since)) continue;
    newest.set(user, Math.max(seq, newest.get(user) ?? 0));
  }
  await Promise.all(
    authors.map(async (author) => {
      const seq = newest.get(author.username);
      if (seq === undefined) return;
      const connections = connectionsOf([author], (scope) => receives(scope, conversation));
      await postAll(services, connections, { type: 'message_delivered', conversation, seq, to: [to] });
    }),
  );
}
