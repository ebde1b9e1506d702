import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import { isTouch } from '../ui/is-touch.ts';
import { t } from '../words/words.ts';
import type { Mentions } from './use-mentions.ts';

/** Grows with its text, up to a limit. Browsers without `field-sizing` get the height from a measurement. */
export function TextField(props: {
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly text: string;
  readonly isTooLong: boolean;
  /** Id of the element that describes the field. */
  readonly notes: string;
  readonly mentions: Mentions;
  onText(text: string): void;
  /** @returns whether the key has been handled */
  onKey(event: KeyboardEvent): boolean;
  onSend(): void;
  onLeave(): void;
}) {
  const { field, text, mentions } = props;
  useLayoutEffect(() => {
    const { current } = field;
    if (!current || CSS.supports('field-sizing', 'content')) return;
    current.style.height = 'auto';
    current.style.height = `${current.scrollHeight}px`;
  }, [field, text]);
  const isListOpen = mentions.found.length > 0;
  return (
    <textarea
      class="composer-text"
      ref={field}
      rows={1}
      dir="auto"
      aria-label={t('Message')}
      placeholder={t('Message')}
      aria-describedby={props.notes}
      aria-invalid={props.isTooLong}
      aria-autocomplete="list"
      aria-controls={isListOpen ? mentions.id : undefined}
      aria-activedescendant={isListOpen ? `${mentions.id}-${mentions.active}` : undefined}
      enterkeyhint={isTouch() ? 'enter' : 'send'}
      value={text}
      onInput={({ currentTarget }) => props.onText(currentTarget.value)}
      onClick={mentions.look}
      onBlur={() => {
        mentions.close();
        props.onLeave();
      }}
      onKeyDown={(event) => {
        // While an input method composes a word, the keys belong to it; Safari only sets this key code.
        if (event.isComposing || event.keyCode === 229) return;
        const isSend = event.key === 'Enter' && !event.shiftKey && !event.altKey && !isTouch();
        const isHandled = props.onKey(event);
        if (!isHandled && isSend) props.onSend();
        if (isHandled || isSend) event.preventDefault();
        if (isHandled) event.stopPropagation();
      }}
    />
  );
}
