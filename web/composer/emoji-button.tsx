import { useEffect, useRef, useState } from 'preact/hooks';
import { lazy } from '../lazy.tsx';
import { Icon } from '../ui/icon.tsx';
import { t } from '../words/words.ts';

const EmojiPalette = lazy((chunk) => chunk.EmojiPalette);

/** Opens a palette of emoji. It closes on a click, or when the focus moves, outside of it. */
export function EmojiButton({ onChoose }: { onChoose(emoji: string): void }) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
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

  return (
    <div ref={root}>
      <button
        type="button"
        class="icon-button"
        ref={button}
        aria-label={t('Emoji')}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name="smile" />
      </button>
      {open && (
        <EmojiPalette
          label={t('Emoji')}
          onChoose={(emoji) => {
            setOpen(false);
            onChoose(emoji);
          }}
          onClose={() => {
            setOpen(false);
            button.current?.focus();
          }}
        />
      )}
    </div>
  );
}
