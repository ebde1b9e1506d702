import type { Chat, Conversation, Message, OutboxItem } from '@parley/client';
import { cleanText } from '@parley/client/text';
import { computed, effect, signal, untracked } from '@preact/signals';
import { loadLater } from '../load-later.ts';
import { hasUnkeptTexts, readDraft, readTargets, saveDraft, saveTargets, type Targets } from '../state/drafts.ts';
import { perConversation } from '../state/per-conversation.ts';
import { fileCountOf } from '../state/unsent-files.ts';
import { createMessageFiles } from '../uploads/message-files.ts';
import type { Upload } from '../uploads/upload.ts';
import { t } from '../words/words.ts';
import { createAutosave } from './autosave.ts';

/**
 * What the user writes in a conversation: a message with files, which may be a reply, or a new text for one of their messages. It goes on while
 * another conversation is shown: files are uploaded, and what is due is sent. Texts are kept in this browser.
 */
export function compositionOf({ chat, conversation, me }: Writer): Composition {
  return stored(chat, conversation.id, chat, conversation, me);
}

interface Writer {
  readonly chat: Chat;
  readonly conversation: Conversation;
  readonly me: string;
}

const stored = perConversation(createComposition);

export type Composition = ReturnType<typeof createComposition>;

function createComposition(chat: Chat, conversation: Conversation, user: string) {
  const { id } = conversation;
  const files = createMessageFiles(conversation);
  /** As this browser keeps it. */
  let kept = untracked(() => readDraft(user, id));
  const draft = signal(kept);
  let keptTargets = untracked(() => readTargets(user, id));
  const targets = signal(keptTargets);
  /** Send was pressed while files were uploading: the message is sent when they are done, unless it changes before. */
  const isDue = signal(false);
  /** The other tabs learn what would be lost if one of them signs out. */
  const tell = () =>
    loadLater().then(
      ({ tellTabs }) => tellTabs(chat, user),
      () => {},
    );
  const autosave = createAutosave(() => {
    if (draft.value !== kept) {
      kept = draft.value;
      saveDraft(user, id, kept);
    }
    if (targets.value !== keptTargets) {
      keptTargets = targets.value;
      saveTargets(user, id, keptTargets);
    }
    if (hasUnkeptTexts()) tell();
  });
  const edit = computed(() => {
    const { editing, edits } = targets.value;
    return editing === undefined ? undefined : edits?.[editing];
  });

  function setDraft(text: string): void {
    draft.value = text;
    isDue.value = false;
    autosave.soon();
  }

  function setTargets(next: Targets): void {
    targets.value = next;
    autosave.soon();
  }

  /** A draft goes on after another text, in a line of its own. */
  const prepend = (text: string | undefined) => setDraft([text, draft.value].filter(Boolean).join('\n'));

  function endEdit(): void {
    const { replyTo, editing = 0, edits } = targets.value;
    const { [editing]: _, ...others } = edits ?? {};
    setTargets({ replyTo, edits: Object.keys(others).length > 0 ? others : undefined });
  }

  function sendDraft(): void {
    if (cleanText(draft.value) === '' && files.uploads.value.length === 0) {
      isDue.value = false;
      return;
    }
    const ids = files.take();
    // The server refuses it in the promise, and `FailedSendList` shows that.
    conversation
      .send({
        message: cleanText(draft.value) || undefined,
        attachments: ids.length > 0 ? ids : undefined,
        reply_to: targets.value.replyTo,
      })
      .catch(() => {});
    setDraft('');
    setTargets({ ...targets.value, replyTo: undefined });
    autosave.flush();
  }

  // Another tab has written on, or sent it.
  effect(() => {
    const now = readDraft(user, id);
    if (now === kept) return;
    if (draft.peek() === kept) draft.value = now;
    kept = now;
  });
  effect(() => {
    const now = readTargets(user, id);
    if (targets.peek() !== keptTargets) return;
    // Which of the edits is shown is this tab's own.
    keptTargets = { ...now, editing: keptTargets.editing };
    targets.value = keptTargets;
  });
  /** A voice is being recorded for this message. */
  const isRecording = signal(false);
  const fileCount = fileCountOf(chat, id);
  effect(() => {
    fileCount.value = files.uploads.value.length + Number(isRecording.value);
    if (fileCount.value > 0) tell();
  });
  effect(() => {
    const isReady = isDue.value && files.status.value === 'ready';
    // After signing out nothing is sent any more.
    if (isReady && chat.state.status !== 'closed') untracked(sendDraft);
  });

  const self = {
    files,
    targets,
    isDue,
    isRecording,
    isEdit: computed(() => edit.value !== undefined),
    /** The text in the field. */
    text: computed(() => edit.value?.to ?? draft.value),
    flush: autosave.flush,
    write(text: string): void {
      const { editing } = targets.value;
      if (editing === undefined || !edit.value) {
        setDraft(text);
        return;
      }
      const edits = { ...targets.value.edits, [editing]: { ...edit.value, to: text } };
      setTargets({ ...targets.value, edits });
    },
    reply(seq: number | undefined): void {
      isDue.value = false;
      setTargets({ ...targets.value, editing: undefined, replyTo: seq });
    },
    /** @param text of a change that was refused; default: as it was left */
    edit({ seq, message }: Pick<Message, 'seq' | 'message'>, text?: string): void {
      const { edits } = targets.value;
      const begun = edits?.[seq] ?? { from: message, to: message };
      setTargets({ ...targets.value, editing: seq, edits: { ...edits, [seq]: { ...begun, to: text ?? begun.to } } });
    },
    /** Ends editing; else replying. */
    cancel(): void {
      files.setProblem(undefined);
      if (edit.value) endEdit();
      else self.reply(undefined);
    },
    /** The message that is edited or answered does not exist any more: the text becomes a new message. */
    targetIsGone(): void {
      const current = edit.value;
      self.cancel();
      if (current && current.to !== current.from) prepend(current.to);
      files.setProblem(
        current
          ? t('The message that you were editing was deleted.')
          : t('The message that you were answering was deleted.'),
      );
    },
    send(): void {
      const { editing } = targets.value;
      if (editing === undefined || !edit.value) {
        isDue.value = true;
        return;
      }
      const text = cleanText(edit.value.to);
      if (text !== edit.value.from) conversation.edit(editing, text).catch(() => {});
      endEdit();
      autosave.flush();
    },
    addFiles(chosen: readonly File[]): void {
      if (edit.value) files.setProblem(t('Files can only be added to a new message.'));
      else if (chosen.length > 0) files.add(chosen);
    },
    /** Whatever the user writes now: nobody can record the same once more. */
    addRecording(file: File, send: boolean): void {
      files.add([file]);
      if (send) isDue.value = true;
    },
    /** Without this file the message is another one, so it waits for the user. */
    removeFile(upload: Upload): void {
      const wasDue = isDue.value;
      // Before the file goes: without one that uploads, what is due is sent at once.
      isDue.value = false;
      files.remove(upload);
      if (wasDue) files.setProblem(t('Not sent, because you removed a file. Send it again when it is ready.'));
    },
    /** Takes over a failed send, so that the user can change it. */
    restore(action: OutboxItem['action']): void {
      if (action.type === 'create') {
        const { replyTo } = targets.value;
        setTargets({ ...targets.value, editing: undefined, replyTo: action.reply_to ?? replyTo });
        files.restore(action.attachments ?? []);
        prepend(action.message);
      } else if (action.type === 'edit') {
        const message = conversation.messages.find(({ seq }) => seq === action.seq)?.message ?? '';
        self.edit({ seq: action.seq, message }, action.message);
      }
    },
  };
  return self;
}
