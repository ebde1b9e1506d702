import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { emoji } from './emoji.ts';

const columns = 8;
const steps: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
/** Where one was the last time. */
let last = 0;

/** Emoji to choose from; arrows, Home and End move in it, Escape closes it. */
export function EmojiPalette(props: { onChoose(emoji: string): void; onClose(): void }) {
  const [at, setAt] = useState(last);
  const palette = useRef<HTMLDivElement>(null);
  // Not later, when a choice may have moved the focus on already.
  useLayoutEffect(() => {
    last = at;
    palette.current?.querySelector<HTMLButtonElement>('[tabindex="0"]')?.focus();
  }, [at]);

  function move(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      event.stopPropagation();
      props.onClose();
      return;
    }
    const edge = { Home: 0, End: emoji.length - 1 }[event.key];
    const next = edge ?? at + (steps[event.key] ?? Number.NaN);
    if (!(next >= 0 && next < emoji.length)) return;
    event.preventDefault();
    setAt(next);
  }

  return (
    <div class="emoji-palette" role="dialog" aria-label="Emoji" ref={palette} onKeyDown={move}>
      {emoji.map(([character, name], index) => (
        <button
          type="button"
          class="emoji-choice"
          key={character}
          aria-label={name}
          title={name}
          tabIndex={index === at ? 0 : -1}
          onClick={() => {
            last = index;
            props.onChoose(character);
          }}
        >
          {character}
        </button>
      ))}
    </div>
  );
}
