import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../ui/icon.tsx';
import { t } from '../words/words.ts';

const names = ['dragenter', 'dragover', 'dragleave', 'drop'] as const;

/** Covers the pane while files are dragged over it. Keyboard users have the attach button. */
export function DropZone(props: {
  /** An element inside the pane. */
  readonly within: RefObject<HTMLElement | null>;
  onFiles(files: readonly File[]): void;
}) {
  const { within, onFiles } = props;
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const pane = within.current?.closest<HTMLElement>('.conversation');
    if (!pane) return;
    const isIn = (place: EventTarget | null) => place instanceof Node && pane.contains(place);
    const hear = (event: DragEvent) => {
      const { type, target, relatedTarget, dataTransfer } = event;
      if (!dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      const isOverPane = isIn(type === 'dragleave' ? relatedTarget : target);
      dataTransfer.dropEffect = isOverPane ? 'copy' : 'none';
      setOver(isOverPane && type !== 'drop');
      if (isOverPane && type === 'drop') onFiles([...dataTransfer.files]);
    };
    // On the window: the browser would open a file that is dropped beside the pane, in place of the page.
    for (const name of names) addEventListener(name, hear);
    return () => {
      for (const name of names) removeEventListener(name, hear);
    };
  }, [within, onFiles]);
  if (!isOver) return null;
  return (
    <div class="drop-zone">
      <p>
        <Icon name="attach" /> {t('Drop files to add them to your message')}
      </p>
    </div>
  );
}
