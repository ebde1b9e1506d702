import { postAll } from '../delivery/post.ts';
import type { Services } from '../runtime/services.ts';
import type { Connection } from '../store/user.ts';

export interface LateDelivery {
  readonly conversation: string;
  /** Whom the messages reached. */
  readonly to: string;
  /** What they had read before. */
  readonly unreadFrom: number;
  /** ms; until when what was said had reached them before */
  readonly since: number;
}

/** ms before a connection's end in which a message may have missed it: its author is told again rather than never. */
const uncertaintyMs = 5_000;

/** Did a message of that time wait for who was reached until `since`? */
export function wasWaiting(at: number, since: number): boolean {
  return at > since - uncertaintyMs;
}

/**
 * Tells authors that what they wrote while somebody was away has reached them now. One event an author: it speaks for the author's
 * earlier messages too.
 */
export async function postLateReceipts(
  services: Services,
  connections: readonly Connection[],
  messages: readonly { readonly user: string; readonly seq: number; readonly at: number }[],
  { conversation, to, unreadFrom, since }: LateDelivery,
): Promise<void> {
  const newest = new Map<string, number>();
  for (const { user, seq, at } of messages) {
    if (user === to || seq <= unreadFrom || !wasWaiting(at, since)) continue;
    newest.set(user, Math.max(seq, newest.get(user) ?? 0));
  }
  await Promise.all(
    [...newest].map(([author, seq]) =>
      postAll(
        services,
        connections.filter(({ username }) => username === author),
        { type: 'message_delivered', conversation, seq, to: [to] },
      ),
    ),
  );
}
