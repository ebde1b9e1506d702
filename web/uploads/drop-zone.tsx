import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../ui/icon.tsx';

/** Covers the pane while files are dragged over it. With the keyboard there is the button. */
export function DropZone(props: {
  /** Something within the pane. */
  readonly within: RefObject<HTMLElement | null>;
  onFiles(files: readonly File[]): void;
}) {
  const { within, onFiles } = props;
  const [over, setOver] = useState(false);
  useEffect(() => {
    const pane = within.current?.closest<HTMLElement>('.conversation');
    if (!pane) return;
    const isIn = ({ target }: DragEvent) => target instanceof Node && pane.contains(target);
    // On the window, because a file that is dropped beside the pane must not take the page's place.
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
  if (!over) return null;
  return (
    <div class="drop-zone">
      <p>
        <Icon name="attach" /> Drop files to add them to your message
      </p>
    </div>
  );
}
