import type { ComponentChildren } from 'preact';
import { Dialog } from './dialog.tsx';
import { useAction } from './use-action.ts';

/** Asks before something that cannot be taken back; goes when it is done, and stays, with the reason, where it was refused. */
export function ConfirmDialog(props: {
  readonly title: string;
  readonly children: ComponentChildren;
  /** What the button says, such as `Leave`. */
  readonly action: string;
  onConfirm(): Promise<unknown>;
  onClose(): void;
}) {
  const { busy, refusal, act } = useAction();
  const confirm = () => act(() => props.onConfirm().then(props.onClose));
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <div class="stack">
        <div>{props.children}</div>
        {refusal && (
          <p class="refusal" role="alert">
            {refusal}
          </p>
        )}
        <div class="answers">
          <button type="button" class="button" onClick={props.onClose}>
            Cancel
          </button>
          <button type="button" class="button" data-kind="danger-main" disabled={busy} onClick={confirm}>
            {props.action}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
