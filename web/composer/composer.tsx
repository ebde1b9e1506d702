import type { Conversation } from '@parley/client';
import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks';
import { useMessenger } from '../chat/use-messenger.ts';
import { AttachButton } from '../uploads/attach-button.tsx';
import { DropZone } from '../uploads/drop-zone.tsx';
import { UploadTray } from '../uploads/upload-tray.tsx';
import { ComposerNotes } from './composer-notes.tsx';
import { EmojiButton } from './emoji-button.tsx';
import { MentionList } from './mention-list.tsx';
import { ModeBar } from './mode-bar.tsx';
import { peopleHere } from './people-here.ts';
import { RefusedList } from './refused-list.tsx';
import { SendButton } from './send-button.tsx';
import { TextField } from './text-field.tsx';
import { useComposition } from './use-composition.ts';
import { useMentions } from './use-mentions.ts';

/** Where one writes: a message with its files, an answer, or another text for a message of one's own. */
export function Composer({ conversation }: { readonly conversation: Conversation }) {
  const { me } = useMessenger();
  const composition = useComposition(conversation);
  const { mode, text, files } = composition;
  const { replyTo, editing } = mode;
  const root = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const caret = useRef<number | undefined>(undefined);
  const notes = useId();
  const focus = () => field.current?.focus();

  function put(next: string, at: number): void {
    composition.write(next);
    caret.current = at;
    focus();
  }
  const mentions = useMentions(
    () => peopleHere(conversation, me),
    () => field.current,
    put,
  );

  // Only after the field has the text can the caret stand in it.
  useLayoutEffect(() => {
    if (caret.current !== undefined) field.current?.setSelectionRange(caret.current, caret.current);
    caret.current = undefined;
  });
  const isAbout = editing?.seq ?? replyTo?.seq;
  useEffect(() => {
    if (isAbout === undefined) return;
    field.current?.focus();
    const end = field.current?.value.length ?? 0;
    field.current?.setSelectionRange(end, end);
  }, [isAbout]);

  function change(next: string, at: number): void {
    composition.write(next);
    mentions.look(next, at);
    if (next.trim() === '') conversation.typing.stop();
    else if (!editing) conversation.typing.keystroke();
  }

  function key(event: KeyboardEvent): boolean {
    if (mentions.take(event)) return true;
    if (event.key === 'Escape' && isAbout !== undefined) {
      composition.cancel();
      return true;
    }
    return event.key === 'ArrowUp' && text === '' && !editing && composition.editLast();
  }

  function insert(emoji: string): void {
    const from = field.current?.selectionStart ?? text.length;
    const to = field.current?.selectionEnd ?? text.length;
    put(text.slice(0, from) + emoji + text.slice(to), from + emoji.length);
  }

  function send(): void {
    composition.send();
    mentions.close();
    focus();
  }

  if (conversation.ended) return <p class="composer-ended">{conversation.ended.message}</p>;
  return (
    <div class="composer" ref={root}>
      <RefusedList
        conversation={conversation}
        onEdit={(what) => {
          composition.writeAgain(what);
          focus();
        }}
      />
      <form
        class="composer-form"
        aria-label="New message"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
        onPaste={(event) => {
          const pasted = [...(event.clipboardData?.files ?? [])];
          if (pasted.length === 0) return;
          event.preventDefault();
          composition.add(pasted);
        }}
      >
        {mentions.found.length > 0 && (
          <MentionList id={mentions.id} people={mentions.found} active={mentions.active} onChoose={mentions.choose} />
        )}
        <ModeBar
          mode={mode}
          onCancel={() => {
            composition.cancel();
            focus();
          }}
        />
        {!editing && <UploadTray files={files} onRemoved={focus} />}
        <div class="composer-row">
          <AttachButton
            disabled={editing !== undefined}
            onFiles={(chosen) => {
              composition.add(chosen);
              focus();
            }}
          />
          <EmojiButton onChoose={insert} />
          <TextField
            field={field}
            text={text}
            isTooLong={composition.left < 0}
            notes={notes}
            mentions={mentions}
            onText={change}
            onKey={key}
            onSend={send}
          />
          <SendButton isEdit={editing !== undefined} composition={composition} />
        </div>
        <ComposerNotes id={notes} composition={composition} people={mentions.found.length} />
      </form>
      <DropZone within={root} onFiles={composition.add} />
    </div>
  );
}
