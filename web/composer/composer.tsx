import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { lazy } from '../lazy.tsx';
import { useMessenger } from '../state/session-context.ts';
import { AttachButton } from '../uploads/attach-button.tsx';
import { DropZone } from '../uploads/drop-zone.tsx';
import { VoiceButton } from '../voice/voice-button.tsx';
import { t } from '../words/words.ts';
import { ComposerNotes } from './composer-notes.tsx';
import { EmojiButton } from './emoji-button.tsx';
import { insertText } from './insert-text.ts';
import { mentionCandidates } from './mention.ts';
import { pastedFiles } from './pasted-files.ts';
import { SendButton } from './send-button.tsx';
import { TextField } from './text-field.tsx';
import { type ThreadAbove, useComposition } from './use-composition.ts';
import { useFirstFocus } from './use-first-focus.ts';
import { useMentions } from './use-mentions.ts';

const EndedComposer = lazy((chunk) => chunk.EndedComposer);
const FailedSendList = lazy((chunk) => chunk.FailedSendList);
const MentionList = lazy((chunk) => chunk.MentionList);
const ModeBar = lazy((chunk) => chunk.ModeBar);
const UploadTray = lazy((chunk) => chunk.UploadTray);

/** Where the user writes: a message with files, a reply, or a new text for one of their messages. */
export function Composer({ thread }: { readonly thread: ThreadAbove }) {
  return thread.conversation.ended ? <EndedComposer thread={thread} /> : <OpenComposer thread={thread} />;
}

function OpenComposer({ thread }: { readonly thread: ThreadAbove }) {
  const { conversation, me } = thread;
  const { failedSends } = useMessenger();
  const composition = useComposition(thread);
  const { text, files, isEdit, seq } = composition;
  const root = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const notes = useId();
  const focus = () => field.current?.focus();
  useFirstFocus(field);

  const mentions = useMentions(
    () => mentionCandidates(conversation, me),
    () => field.current,
  );

  const shown = useRef(seq);
  // In a layout effect, so that keys typed right after the click on Reply reach the field.
  useLayoutEffect(() => {
    // What was begun before this pane was opened does not take the focus.
    if (seq === shown.current) return;
    shown.current = seq;
    if (seq === undefined) return;
    focus();
    const end = field.current?.value.length ?? 0;
    field.current?.setSelectionRange(end, end);
  }, [seq]);

  function onText(next: string): void {
    composition.write(next);
    mentions.look();
    if (next.trim() === '') conversation.typing.stop();
    else if (!isEdit) conversation.typing.keystroke();
  }

  function onKey(event: KeyboardEvent): boolean {
    if (mentions.onKey(event)) return true;
    if (event.key === 'Escape' && seq !== undefined) {
      composition.cancel();
      return true;
    }
    return event.key === 'ArrowUp' && text === '' && !isEdit && composition.editLast();
  }

  function send(): void {
    composition.send();
    mentions.close();
    focus();
  }

  return (
    <div class="composer" ref={root}>
      {failedSends.of(conversation.id).length > 0 && (
        <FailedSendList conversation={conversation} onEdit={composition.restore} onGone={focus} />
      )}
      <form
        class="composer-form"
        aria-label={t('New message')}
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
        onPaste={(event) => {
          const pasted = pastedFiles(event.clipboardData);
          if (pasted.length === 0) return;
          event.preventDefault();
          composition.addFiles(pasted);
        }}
      >
        {mentions.found.length > 0 && <MentionList mentions={mentions} />}
        {seq !== undefined && (
          <ModeBar
            composition={composition}
            nameOf={thread.nameOf}
            onCancel={() => {
              composition.cancel();
              focus();
            }}
          />
        )}
        {!isEdit && files.uploads.value.length > 0 && (
          <UploadTray
            files={files}
            onRemove={(upload) => {
              composition.removeFile(upload);
              focus();
            }}
          />
        )}
        <div class="composer-row">
          <AttachButton
            disabled={isEdit}
            onFiles={(chosen) => {
              composition.addFiles(chosen);
              focus();
            }}
          />
          <EmojiButton onChoose={(emoji) => field.current && insertText(field.current, emoji)} />
          <TextField
            field={field}
            text={text}
            isTooLong={composition.remaining < 0}
            notes={notes}
            mentions={mentions}
            onText={onText}
            onKey={onKey}
            onSend={send}
            onLeave={composition.flush}
          />
          {text === '' && !isEdit && files.uploads.value.length === 0 && (
            <VoiceButton isRecording={composition.isRecording} onRecorded={composition.addRecording} onClose={focus} />
          )}
          <SendButton composition={composition} />
        </div>
        <ComposerNotes id={notes} composition={composition} mentionCount={mentions.found.length} />
      </form>
      <DropZone within={root} onFiles={composition.addFiles} />
    </div>
  );
}
