import { type Device, postAll } from '../delivery/post.ts';
import type { Services } from '../runtime/services.ts';

export interface Arrived {
  readonly conversation: string;
  /** Whom the messages reached. */
  readonly to: string;
  /** What they had read before. */
  readonly unreadFrom: number;
  /** ms; until when what was said had reached them before */
  readonly since: number;
}

/** ms before a device's end in which a message may have missed it: its author is told again rather than never. */
const doubtful = 5_000;

/** Did a message of that time wait for who was reached until `since`? */
export function hasWaited(at: number, since: number): boolean {
  return at > since - doubtful;
}

/**
 * Tells authors that what they wrote while somebody was away has reached them now. One event an author: it speaks for the author's
 * earlier messages too.
 */
export async function tellDelivered(
  services: Services,
  devices: readonly Device[],
  messages: readonly { readonly user: string; readonly seq: number; readonly at: number }[],
  { conversation, to, unreadFrom, since }: Arrived,
): Promise<void> {
  const newest = new Map<string, number>();
  for (const { user, seq, at } of messages) {
    if (user === to || seq <= unreadFrom || !hasWaited(at, since)) continue;
    newest.set(user, Math.max(seq, newest.get(user) ?? 0));
  }
  await Promise.all(
    [...newest].map(([author, seq]) =>
      postAll(
        services,
        devices.filter(({ username }) => username === author),
        { type: 'message_delivered', conversation, seq, to: [to] },
      ),
    ),
  );
}
