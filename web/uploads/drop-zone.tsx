import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../ui/icon.tsx';
import { t } from '../words/words.ts';

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
    const isIn = ({ target }: DragEvent) => target instanceof Node && pane.contains(target);
    // On the window: the browser would open a file that is dropped beside the pane, in place of the page.
    const drag = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = isIn(event) ? 'copy' : 'none';
      setOver(isIn(event));
    };
    const leave = ({ relatedTarget }: DragEvent) => {
      if (!(relatedTarget instanceof Node && pane.contains(relatedTarget))) setOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      setOver(false);
      if (isIn(event)) onFiles([...event.dataTransfer.files]);
    };
    addEventListener('dragenter', drag);
    addEventListener('dragover', drag);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragenter', drag);
      removeEventListener('dragover', drag);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
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
