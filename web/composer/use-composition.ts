import type { Conversation, OutboxItem } from '@parley/client';
import { useCallback, useLayoutEffect, useState } from 'preact/hooks';
import { useMessenger } from '../chat/use-messenger.ts';
import { type DraftMode, draftModeOf } from '../conversation/draft-mode.ts';
import { type MessageFiles, messageFilesOf } from '../uploads/message-files.ts';
import { roomLeft } from './room-left.ts';
import { useDraft } from './use-draft.ts';

/** What is being written in a conversation, and what can be done with it. */
export interface Composition {
  readonly mode: DraftMode;
  readonly files: MessageFiles;
  readonly text: string;
  /** Characters that the text may still grow. */
  readonly left: number;
  /** There is nothing that could be sent. */
  readonly isBlocked: boolean;
  /** Files are not there yet. */
  readonly isWaiting: boolean;
  /** Send was pressed before the files were there: it goes when they are, unless something is written meanwhile. */
  readonly isDue: boolean;
  write(text: string): void;
  add(files: readonly File[]): void;
  send(): void;
  /** Neither answers nor edits any more. */
  cancel(): void;
  /** Edits the last message of one's own that has a text. @returns whether there is one */
  editLast(): boolean;
  /** Takes up what was refused. */
  writeAgain(action: OutboxItem['action']): void;
}

export function useComposition(conversation: Conversation): Composition {
  const { chat, me } = useMessenger();
  const mode = draftModeOf(chat, conversation.id);
  const files = messageFilesOf(chat, conversation.id);
  const { replyTo, editing } = mode.value;
  const { text, write } = useDraft(me, conversation.id, mode.value);
  const [isDue, setDue] = useState(false);

  const count = editing ? editing.attachments.length : files.uploads.value.length;
  const left = roomLeft(text, count);
  const isWaiting = !editing && files.are.value === 'waiting';
  const isFailed = !editing && files.are.value === 'failed';
  const isBlocked = (text.trim() === '' && count === 0) || left < 0 || isFailed;

  function cancel(): void {
    mode.value = {};
    files.refuse(undefined);
  }

  function send(): void {
    if (isBlocked) return;
    setDue(isWaiting);
    if (isWaiting) return;
    const message = text.trim();
    if (editing) {
      if (message !== editing.message) conversation.edit(editing.seq, message);
    } else {
      const attachments = files.take();
      conversation.send({
        ...(message !== '' && { message }),
        ...(attachments.length > 0 && { attachments }),
        ...(replyTo && { reply_to: replyTo.seq }),
      });
      write('');
    }
    cancel();
  }

  useLayoutEffect(() => {
    if (isDue && (isBlocked || editing)) setDue(false);
    else if (isDue && !isWaiting) send();
  });

  const find = (wanted: number | undefined) =>
    conversation.messages.find(({ seq, deleted }) => seq === wanted && !deleted);
  // Somebody else, or oneself elsewhere, deleted what this was about.
  const about = editing ?? replyTo;
  const isGone = conversation.messages.some(({ seq, deleted }) => seq === about?.seq && deleted);
  useLayoutEffect(() => {
    if (isGone) mode.value = {};
  }, [isGone, mode]);

  return {
    ...{ files, text, left, isBlocked, isWaiting, isDue, send, cancel },
    mode: mode.value,
    write(next) {
      setDue(false);
      write(next);
    },
    add: useCallback(
      (chosen) => {
        if (mode.value.editing) files.refuse('Files can only be added to a new message.');
        else if (chosen.length > 0) files.add(conversation, chosen);
      },
      [conversation, files, mode],
    ),
    editLast() {
      const last = conversation.messages.findLast(
        ({ from_user, deleted, content_type, message }) =>
          from_user.username === me && !deleted && content_type !== 'system' && message !== '',
      );
      if (last) mode.value = { editing: last };
      return last !== undefined;
    },
    writeAgain(action) {
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
