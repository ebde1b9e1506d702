import type { ComponentProps } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** A required text field below its label. @param props.focused does it get the focus when it appears? */
export function Field({
  label,
  focused = false,
  onText,
  ...input
}: ComponentProps<'input'> & { readonly label: string; readonly focused?: boolean; onText?(text: string): void }) {
  const element = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focused) element.current?.focus();
  }, []);
  return (
    <label class="label">
      {label}
      <input
        class="field"
        dir="auto"
        // So that the style sheet sees whether it is empty.
        placeholder=" "
        ref={element}
        onInput={(event) => onText?.(event.currentTarget.value)}
        required
        {...input}
      />
    </label>
  );
}
