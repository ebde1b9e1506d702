import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import type { Mentions } from './use-mentions.ts';

/** As tall as its text, up to a limit; where CSS cannot do that, by measuring. */
export function TextField(props: {
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly text: string;
  readonly isTooLong: boolean;
  /** Id of what describes it. */
  readonly notes: string;
  readonly mentions: Mentions;
  onText(text: string, caret: number): void;
  /** @returns whether it was taken */
  onKey(event: KeyboardEvent): boolean;
  onSend(): void;
}) {
  const { field, text, mentions } = props;
  useLayoutEffect(() => {
    const { current } = field;
    if (!current || CSS.supports('field-sizing', 'content')) return;
    current.style.height = 'auto';
    current.style.height = `${current.scrollHeight}px`;
  }, [field, text]);
  const isListed = mentions.found.length > 0;
  return (
    <textarea
      class="composer-text"
      ref={field}
      rows={1}
      aria-label="Message"
      placeholder="Message"
      aria-describedby={props.notes}
      aria-invalid={props.isTooLong}
      aria-autocomplete="list"
      aria-controls={isListed ? mentions.id : undefined}
      aria-activedescendant={isListed ? `${mentions.id}-${mentions.active}` : undefined}
      enterkeyhint={isTouch() ? 'enter' : 'send'}
      value={text}
      onInput={({ currentTarget }) => props.onText(currentTarget.value, currentTarget.selectionStart)}
      onClick={({ currentTarget }) => mentions.look(currentTarget.value, currentTarget.selectionStart)}
      onBlur={mentions.close}
      onKeyDown={(event) => {
        // While a word is composed, its keys belong to the input method; Safari says so by this number alone.
        if (event.isComposing || event.keyCode === 229) return;
        const isSend = event.key === 'Enter' && !event.shiftKey && !event.altKey && !isTouch();
        const isTaken = props.onKey(event);
        if (!isTaken && isSend) props.onSend();
        if (isTaken || isSend) event.preventDefault();
        if (isTaken) event.stopPropagation();
      }}
    />
  );
}

/** Keyboards on a screen have no Shift+Enter. */
function isTouch(): boolean {
  return matchMedia('(pointer: coarse)').matches;
}
