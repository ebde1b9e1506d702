import type { Chat, Conversation, Message } from '@parley/client';
import { cleanText } from '@parley/client/text';
import { useEffect, useLayoutEffect } from 'preact/hooks';
import { compositionOf } from './composition.ts';
import { remainingLength } from './remaining-length.ts';

/** What the composer needs to know of the thread above it. */
export interface ThreadAbove {
  readonly chat: Chat;
  readonly me: string;
  readonly conversation: Conversation;
  /** undefined until it is loaded, null if it does not exist any more */
  quoted(seq: number): Message | null | undefined;
  nameOf(username: string): string;
}

export type ShownComposition = ReturnType<typeof useComposition>;

/** The message that is being written, as the composer shows it. */
export function useComposition(thread: ThreadAbove) {
  const { me, conversation } = thread;
  const composition = compositionOf(thread);
  const { files, targets } = composition;
  const { editing, replyTo } = targets.value;
  const isEdit = composition.isEdit.value;
  const text = composition.text.value;
  const seq = isEdit ? editing : replyTo;
  const target = seq === undefined ? undefined : thread.quoted(seq);

  const attachments = isEdit ? (target?.attachments.length ?? 0) : files.uploads.value.length;
  /** Characters that the text may still grow. */
  const remaining = remainingLength(text, attachments);
  const isUploading = !isEdit && files.status.value === 'uploading';
  const hasFailed = !isEdit && files.status.value === 'failed';
  const canSend = (cleanText(text) !== '' || attachments > 0) && remaining >= 0 && !hasFailed;

  // The message may be deleted by another user, or on another device.
  const isGone = target === null || target?.deleted === true;
  useLayoutEffect(() => {
    if (isGone) composition.targetIsGone();
  }, [isGone, composition]);

  useEffect(() => {
    addEventListener('pagehide', composition.flush);
    return () => {
      removeEventListener('pagehide', composition.flush);
      composition.flush();
    };
  }, [composition]);

  return {
    ...composition,
    /** `seq` of the message that is edited or answered. */
    seq,
    isEdit,
    /** That message, when it is loaded. */
    target,
    text,
    remaining,
    canSend,
    isUploading,
    isQueued: !isEdit && composition.isDue.value,
    send(): void {
      if (canSend) composition.send();
    },
    /** Edits the user's last message with a text, as it is shown: what they have changed may be on its way. @returns whether there is one */
    editLast(): boolean {
      const shown = (message: Message) => thread.quoted(message.seq) ?? message;
      const last = conversation.messages.findLast((message) => {
        if (message.from_user.username !== me || message.content_type === 'system') return false;
        return !shown(message).deleted && shown(message).message !== '';
      });
      if (last) composition.edit(shown(last));
      return last !== undefined;
    },
  };
}
