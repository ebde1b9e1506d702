import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { isRightToLeft, t } from '../words/words.ts';
import { emoji } from './emoji.ts';

const columns = 8;
/** The position at which the palette was last used. */
let lastIndex = 0;

/** Emoji to choose from. Arrows, Home and End move the focus; Escape closes the palette. */
export function EmojiPalette(props: { onChoose(emoji: string): void; onClose(): void }) {
  const [focused, setFocused] = useState(lastIndex);
  const palette = useRef<HTMLDivElement>(null);
  // In a layout effect: in a later effect, choosing an emoji may already have moved the focus elsewhere.
  useLayoutEffect(() => {
    lastIndex = focused;
    palette.current?.querySelector<HTMLButtonElement>('[tabindex="0"]')?.focus();
  }, [focused]);

  function move(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      event.stopPropagation();
      props.onClose();
      return;
    }
    const edge = { Home: 0, End: emoji.length - 1 }[event.key];
    const along = isRightToLeft() ? -1 : 1;
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: along,
      ArrowLeft: -along,
      ArrowDown: columns,
      ArrowUp: -columns,
    };
    const next = edge ?? focused + (steps[event.key] ?? Number.NaN);
    if (!(next >= 0 && next < emoji.length)) return;
    event.preventDefault();
    setFocused(next);
  }

  return (
    <div class="emoji-palette" role="dialog" aria-label={t('Emoji')} ref={palette} onKeyDown={move}>
      {emoji.map(([character, name], index) => (
        <button
          type="button"
          class="emoji-button"
          key={character}
          aria-label={name}
          title={name}
          tabIndex={index === focused ? 0 : -1}
          onClick={() => {
            lastIndex = index;
            props.onChoose(character);
          }}
        >
          {character}
        </button>
      ))}
    </div>
  );
}
