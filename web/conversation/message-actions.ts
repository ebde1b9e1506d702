import type { Message } from '@parley/client';
import { createSettings } from '@parley/client/settings';
import { compositionOf } from '../composer/composition.ts';
import { showError, showToast } from '../ui/toast.tsx';
import { t } from '../words/words.ts';
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

/** From this message on the conversation is unread, until the user opens it again. The others see it as read. */
export function markUnread(thread: Thread, message: Message): void {
  createSettings(thread.chat)
    .change(thread.conversation.id, { unread_from: message.seq })
    .then(
      () => showToast(t('Marked as unread.')),
      (error: Error) => showError(error, { label: t('Try again'), run: () => markUnread(thread, message) }),
    );
}

/** A failure is shown by `FailedSendList`. */
export function deleteForAll({ conversation }: Thread, { seq }: Message): void {
  conversation.delete(seq).catch(() => {});
}

export function deleteForMe(thread: Thread, message: Message): void {
  thread.conversation
    .deleteForMe(message.seq)
    .catch((error: Error) => showError(error, { label: t('Try again'), run: () => deleteForMe(thread, message) }));
}
