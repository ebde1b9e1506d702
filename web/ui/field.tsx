import type { ComponentProps } from 'preact';

/** A required text field below its label. */
export function Field({
  label,
  onText,
  ...input
}: ComponentProps<'input'> & { readonly label: string; onText?(text: string): void }) {
  return (
    <label class="label">
      {label}
      <input class="field" onInput={(event) => onText?.(event.currentTarget.value)} required {...input} />
    </label>
  );
}
