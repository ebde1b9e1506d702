import type { Conversation, OutboxItem } from '@parley/client';
import { cleanText } from '@parley/client/text';
import { useCallback, useLayoutEffect, useState } from 'preact/hooks';
import { composerModeOf } from '../state/composer-mode.ts';
import { useMessenger } from '../state/session-context.ts';
import { messageFilesOf } from '../uploads/message-files.ts';
import { t } from '../words/words.ts';
import { remainingLength } from './remaining-length.ts';
import { useDraft } from './use-draft.ts';

export type Composition = ReturnType<typeof useComposition>;

/** The message that is being written, and what can be done with it. */
export function useComposition(conversation: Conversation) {
  const { chat, me } = useMessenger();
  const mode = composerModeOf(chat, conversation.id);
  const files = messageFilesOf(chat, conversation.id);
  const { replyTo, editing } = mode.value;
  const { text, write } = useDraft(me, conversation.id, mode.value);
  /** Send was pressed while files were uploading: the message is sent when they are done, unless the text changes before. */
  const [isQueued, setQueued] = useState(false);

  const attachments = editing ? editing.attachments.length : files.uploads.value.length;
  /** Characters that the text may still grow. */
  const remaining = remainingLength(text, attachments);
  const isUploading = !editing && files.status.value === 'uploading';
  const hasFailed = !editing && files.status.value === 'failed';
  const canSend = (cleanText(text) !== '' || attachments > 0) && remaining >= 0 && !hasFailed;

  /** Ends replying and editing. */
  function cancel(): void {
    mode.value = {};
    files.setProblem(undefined);
  }

  function send(): void {
    if (!canSend) return;
    setQueued(isUploading);
    if (isUploading) return;
    const message = cleanText(text);
    if (editing) {
      if (message !== editing.message) conversation.edit(editing.seq, message);
    } else {
      const ids = files.take();
      conversation.send({
        message: message || undefined,
        attachments: ids.length > 0 ? ids : undefined,
        reply_to: replyTo?.seq,
      });
      write('');
    }
    cancel();
  }

  useLayoutEffect(() => {
    if (isQueued && (!canSend || editing)) setQueued(false);
    else if (isQueued && !isUploading) send();
  });

  const find = (number: number | undefined) =>
    conversation.messages.find(({ seq, deleted }) => seq === number && !deleted);
  // The message that is edited or replied to may be deleted by another user, or on another device.
  const target = editing ?? replyTo;
  const isTargetDeleted = conversation.messages.some(({ seq, deleted }) => seq === target?.seq && deleted);
  useLayoutEffect(() => {
    if (isTargetDeleted) mode.value = {};
  }, [isTargetDeleted, mode]);

  return {
    mode: mode.value,
    files,
    text,
    remaining,
    canSend,
    isUploading,
    isQueued,
    send,
    sendWhenUploaded: () => setQueued(true),
    cancel,
    write(next: string): void {
      setQueued(false);
      write(next);
    },
    addFiles: useCallback(
      (chosen: readonly File[]) => {
        if (mode.value.editing) files.setProblem(t('Files can only be added to a new message.'));
        else if (chosen.length > 0) files.add(conversation, chosen);
      },
      [conversation, files, mode],
    ),
    /** Edits the user's last message with a text. @returns whether there is one */
    editLast(): boolean {
      const last = conversation.messages.findLast(
        ({ from_user, deleted, content_type, message }) =>
          from_user.username === me && !deleted && content_type !== 'system' && message !== '',
      );
      if (last) mode.value = { editing: last };
      return last !== undefined;
    },
    /** Takes over a failed send, so that the user can change it. */
    restore(action: OutboxItem['action']): void {
      if (action.type === 'create') {
        mode.value = { replyTo: find(action.reply_to) };
        files.restore(action.attachments ?? []);
        write([action.message, editing ? '' : text].filter(Boolean).join('\n'));
      } else if (action.type === 'edit') {
        const message = find(action.seq);
        if (message) mode.value = { editing: { ...message, message: action.message } };
      }
    },
  };
}
