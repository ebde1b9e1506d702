import { useState } from 'preact/hooks';
import { Button } from './button.tsx';
import { type Confirmation, ConfirmDialog } from './confirm-dialog.tsx';

/** A button that opens a `ConfirmDialog`. */
export function ConfirmButton({
  label,
  look = 'list-button',
  kind,
  ...confirmation
}: Confirmation & { readonly label: string; readonly look?: 'list-button' | 'button'; readonly kind?: 'danger' }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button look={look} kind={kind} onClick={() => setOpen(true)}>
        {label}
      </Button>
      {isOpen && <ConfirmDialog {...confirmation} onClose={() => setOpen(false)} />}
    </>
  );
}
