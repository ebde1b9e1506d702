import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { t } from '../words/words.ts';
import { IconButton } from './button.tsx';
import { useLayer } from './layers.ts';
import { useRestoreFocus } from './use-restore-focus.ts';

/** A modal dialog. The browser keeps the focus in it, and closes it on Escape, on Back and on a click outside. */
export function Dialog(props: {
  readonly title: string;
  readonly children: ComponentChildren;
  /** The dialog was closed: the parent should stop rendering it. */
  onClose(): void;
}) {
  const element = useRef<HTMLDialogElement>(null);
  const title = useId();
  useRestoreFocus();
  useLayer(() => element.current?.close());
  useEffect(() => element.current?.showModal(), []);
  return (
    <dialog
      class="dialog"
      ref={element}
      aria-labelledby={title}
      onClose={props.onClose}
      // Escape is for this layer alone.
      onKeyDown={(event) => event.key === 'Escape' && event.stopPropagation()}
      closedby="any"
    >
      <header class="dialog-head">
        <h2 id={title}>{props.title}</h2>
        <IconButton icon="close" label={t('Close')} onClick={() => element.current?.close()} />
      </header>
      <div class="dialog-body">{props.children}</div>
    </dialog>
  );
}
