import type { Conversation } from '@parley/client';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { lazy } from '../lazy.tsx';
import { useMessenger } from '../state/session-context.ts';
import { AttachButton } from '../uploads/attach-button.tsx';
import { DropZone } from '../uploads/drop-zone.tsx';
import { VoiceButton } from '../voice/voice-button.tsx';
import { t } from '../words/words.ts';
import { ComposerNotes } from './composer-notes.tsx';
import { EmojiButton } from './emoji-button.tsx';
import { mentionCandidates } from './mention.ts';
import { MentionList, useMentions } from './mentions.tsx';
import { ModeBar } from './mode-bar.tsx';
import { SendButton } from './send-button.tsx';
import { TextField } from './text-field.tsx';
import { useComposition } from './use-composition.ts';
import { useFirstFocus } from './use-first-focus.ts';

const UploadTray = lazy((chunk) => chunk.UploadTray);
const FailedSendList = lazy((chunk) => chunk.FailedSendList);

/** Where the user writes: a message with files, a reply, or a new text for one of their messages. */
export function Composer({ conversation }: { readonly conversation: Conversation }) {
  const { me, failedSends } = useMessenger();
  const composition = useComposition(conversation);
  const { mode, text, files } = composition;
  const { replyTo, editing } = mode;
  const root = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const nextCaret = useRef<number | undefined>(undefined);
  const notes = useId();
  const focus = () => field.current?.focus();
  useFirstFocus(field);

  function replaceText(next: string, caret: number): void {
    composition.write(next);
    nextCaret.current = caret;
    focus();
  }
  const mentions = useMentions(
    () => mentionCandidates(conversation, me),
    () => field.current,
    replaceText,
  );

  // The caret can only be set after the field has been rendered with its new text.
  useLayoutEffect(() => {
    if (nextCaret.current !== undefined) field.current?.setSelectionRange(nextCaret.current, nextCaret.current);
    nextCaret.current = undefined;
  });
  const target = editing?.seq ?? replyTo?.seq;
  // In a layout effect, so that keys typed right after the click on Reply reach the field.
  useLayoutEffect(() => {
    if (target === undefined) return;
    field.current?.focus();
    const end = field.current?.value.length ?? 0;
    field.current?.setSelectionRange(end, end);
  }, [target]);

  function onText(next: string, caret: number): void {
    composition.write(next);
    mentions.update(next, caret);
    if (next.trim() === '') conversation.typing.stop();
    else if (!editing) conversation.typing.keystroke();
  }

  function onKey(event: KeyboardEvent): boolean {
    if (mentions.onKey(event)) return true;
    if (event.key === 'Escape' && target !== undefined) {
      composition.cancel();
      return true;
    }
    return event.key === 'ArrowUp' && text === '' && !editing && composition.editLast();
  }

  function insert(emoji: string): void {
    const from = field.current?.selectionStart ?? text.length;
    const to = field.current?.selectionEnd ?? text.length;
    replaceText(text.slice(0, from) + emoji + text.slice(to), from + emoji.length);
  }

  function onRecorded(file: File, isDue: boolean): void {
    composition.addFiles([file]);
    if (isDue) composition.sendWhenUploaded();
  }

  function send(): void {
    composition.send();
    mentions.close();
    focus();
  }

  if (conversation.ended) return <p class="composer-ended">{t('You are not in this conversation any more.')}</p>;
  return (
    <div class="composer" ref={root}>
      {failedSends.of(conversation.id).length > 0 && (
        <FailedSendList
          conversation={conversation}
          onEdit={(action) => {
            composition.restore(action);
            focus();
          }}
        />
      )}
      <form
        class="composer-form"
        aria-label={t('New message')}
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
        onPaste={(event) => {
          const pasted = [...(event.clipboardData?.files ?? [])];
          if (pasted.length === 0) return;
          event.preventDefault();
          composition.addFiles(pasted);
        }}
      >
        <MentionList mentions={mentions} />
        <ModeBar
          mode={mode}
          onCancel={() => {
            composition.cancel();
            focus();
          }}
        />
        {!editing && files.uploads.value.length > 0 && <UploadTray files={files} onRemoved={focus} />}
        <div class="composer-row">
          <AttachButton
            disabled={editing !== undefined}
            onFiles={(chosen) => {
              composition.addFiles(chosen);
              focus();
            }}
          />
          <EmojiButton onChoose={insert} />
          <TextField
            field={field}
            text={text}
            isTooLong={composition.remaining < 0}
            notes={notes}
            mentions={mentions}
            onText={onText}
            onKey={onKey}
            onSend={send}
          />
          {text === '' && !editing && files.uploads.value.length === 0 && (
            <VoiceButton onRecorded={onRecorded} onClose={focus} />
          )}
          <SendButton isEdit={editing !== undefined} composition={composition} />
        </div>
        <ComposerNotes id={notes} composition={composition} mentionCount={mentions.found.length} />
      </form>
      <DropZone within={root} onFiles={composition.addFiles} />
    </div>
  );
}
