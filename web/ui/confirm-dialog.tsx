import type { ComponentChildren } from 'preact';
import { t } from '../words/words.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { ErrorMessage } from './error-message.tsx';
import { useAction } from './use-action.ts';

export interface Confirmation {
  readonly title: string;
  readonly children: ComponentChildren;
  /** Text of the button that confirms, such as `Leave`. */
  readonly action: string;
  onConfirm(): Promise<unknown>;
}

/** Asks before something that cannot be undone. Closes on success; on failure it stays open and shows the reason. */
export function ConfirmDialog(props: Confirmation & { onClose(): void }) {
  const { busy, error, run } = useAction();
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <div class="stack">
        <div>{props.children}</div>
        <ErrorMessage text={error} />
        <div class="dialog-buttons">
          <Button onClick={props.onClose}>{t('Cancel')}</Button>
          <Button kind="danger-main" disabled={busy} onClick={() => run(() => props.onConfirm().then(props.onClose))}>
            {props.action}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
