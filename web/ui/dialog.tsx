import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';
import { useFocusBack } from './use-focus-back.ts';

/** A window of its own above the page: the browser keeps focus in it, ends it with Escape, and gives the focus back. */
export function Dialog(props: {
  readonly title: string;
  readonly children: ComponentChildren;
  /** It was ended; whoever shows it takes it away. */
  onClose(): void;
}) {
  const element = useRef<HTMLDialogElement>(null);
  const title = useId();
  useFocusBack();
  useEffect(() => element.current?.showModal(), []);
  return (
    <dialog class="dialog" ref={element} aria-labelledby={title} onClose={props.onClose} closedby="any">
      <header class="dialog-head">
        <h2 id={title}>{props.title}</h2>
        <button type="button" class="icon-button" aria-label="Close" onClick={() => element.current?.close()}>
          <Icon name="close" />
        </button>
      </header>
      <div class="dialog-body">{props.children}</div>
    </dialog>
  );
}
