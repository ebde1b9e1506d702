/** What follows from a message that was posted: its author learns whom it reached, and who watches notifications is told by the stream. */
import { watches } from '#protocol/scope';
import { type Notice, putNotice } from '../store/notice.ts';
import type { User } from '../store/user.ts';
import { type Device, devicesOf, isOpen, type Poster, postAll } from './post.ts';
import { fitFrame } from './render.ts';

/** Tells the author's devices whom the message reached after it was acknowledged, in as few frames as that fits. */
export async function tellDelivered(
  services: Poster,
  { conversation, seq }: Pick<Notice, 'conversation' | 'seq'>,
  authors: readonly Device[],
  late: readonly string[],
): Promise<void> {
  for (let rest = [...late].sort(); rest.length > 0; ) {
    const to = fitFrame(rest);
    await postAll(services, authors, { type: 'message_delivered', conversation, seq, to });
    rest = rest.slice(to.length);
  }
}

/** Unread counts take reads that the sender need not wait for, so who watches them is told by the stream. */
export async function leaveNotice(
  services: Poster,
  message: Omit<Notice, 'users'>,
  users: readonly User[],
): Promise<void> {
  const watching = devicesOf(users, services.now(), (scope) => watches(scope, message.conversation)).filter(isOpen);
  const names = [...new Set(watching.map(({ username }) => username))];
  if (names.length === 0) return;
  await putNotice(services, { ...message, users: names });
}
