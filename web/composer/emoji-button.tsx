import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../ui/icon.tsx';
import { emoji } from './emoji.ts';

const columns = 8;
const steps: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };

/** Opens a small palette; arrows, Home and End move in it, Escape closes it. */
export function EmojiButton({ onChoose }: { onChoose(emoji: string): void }) {
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const root = useRef<HTMLDivElement>(null);
  const palette = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!open) return;
    const closeOutside = ({ target }: Event) => {
      if (target instanceof Node && !root.current?.contains(target)) setOpen(false);
    };
    addEventListener('pointerdown', closeOutside);
    addEventListener('focusin', closeOutside);
    return () => {
      removeEventListener('pointerdown', closeOutside);
      removeEventListener('focusin', closeOutside);
    };
  }, [open]);
  // Not later, when a choice may have moved the focus on already.
  useLayoutEffect(() => {
    if (open) palette.current?.querySelector<HTMLButtonElement>('[tabindex="0"]')?.focus();
  }, [open, at]);

  function move(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      event.stopPropagation();
      setOpen(false);
      button.current?.focus();
      return;
    }
    const edge = { Home: 0, End: emoji.length - 1 }[event.key];
    const next = edge ?? at + (steps[event.key] ?? Number.NaN);
    if (!(next >= 0 && next < emoji.length)) return;
    event.preventDefault();
    setAt(next);
  }

  return (
    <div class="emoji" ref={root}>
      <button
        type="button"
        class="icon-button"
        ref={button}
        aria-label="Emoji"
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name="smile" />
      </button>
      {open && (
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
                setAt(index);
                setOpen(false);
                onChoose(character);
              }}
            >
              {character}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
