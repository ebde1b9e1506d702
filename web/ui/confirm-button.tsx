import { useState } from 'preact/hooks';
import { Button } from './button.tsx';
import { type Confirmation, ConfirmDialog } from './confirm-dialog.tsx';

/** A button that opens a `ConfirmDialog`. @param props.action default: the label */
export function ConfirmButton({
  label,
  look = 'list-button',
  kind,
  action = label,
  ...confirmation
}: Omit<Confirmation, 'action'> & {
  readonly label: string;
  readonly action?: string;
  readonly look?: 'list-button' | 'button';
  readonly kind?: 'danger';
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button look={look} kind={kind} onClick={() => setOpen(true)}>
        {label}
      </Button>
      {isOpen && <ConfirmDialog action={action} {...confirmation} onClose={() => setOpen(false)} />}
    </>
  );
}
