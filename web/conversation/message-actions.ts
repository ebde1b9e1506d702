import type { Message } from '@parley/client';
import { compositionOf } from '../composer/composition.ts';
import type { Thread } from './thread.ts';

/** What the user may do with a message. `write`: reply and react. `pin`: also take down what others have pinned. */
export function permissionsFor({ conversation, me }: Thread, { from_user, deleted, message }: Message) {
  const write = !deleted && !conversation.ended;
  const isOwn = from_user.username === me;
  const { members, kind } = conversation.view;
  const role = members.find(({ username }) => username === me)?.role ?? 'member';
  const isOwner = role === 'owner' || role === 'moderator';
  return {
    write,
    edit: write && isOwn && message !== '',
    deleteForAll: write && (isOwn || isOwner),
    pin: write && (role !== 'member' || kind === 'direct' || kind === 'fixed'),
  };
}

export function reply(thread: Thread, { seq }: Message): void {
  compositionOf(thread).reply(seq);
}

export function edit(thread: Thread, message: Message): void {
  compositionOf(thread).edit(message);
}

/** Adds the user's reaction, or removes it. A failure is shown by `FailedSendList`. */
export function react({ conversation, me }: Thread, { seq, reactions }: Message, emoji: string): void {
  const remove = reactions[emoji]?.includes(me) ?? false;
  conversation.react(seq, emoji, { remove }).catch(() => {});
}
