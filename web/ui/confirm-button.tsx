import { useState } from 'preact/hooks';
import { type Confirmation, ConfirmDialog } from './confirm-dialog.tsx';

/** A button that opens a `ConfirmDialog`. */
export function ConfirmButton({
  label,
  look = 'action',
  kind,
  ...confirmation
}: Confirmation & { readonly label: string; readonly look?: 'action' | 'button'; readonly kind?: 'danger' }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" class={look} data-kind={kind} onClick={() => setOpen(true)}>
        {label}
      </button>
      {isOpen && <ConfirmDialog {...confirmation} onClose={() => setOpen(false)} />}
    </>
  );
}
