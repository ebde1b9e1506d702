import { useEffect, useRef } from 'preact/hooks';

export function UsernameField({
  value,
  describedBy,
  focused = true,
}: {
  readonly value?: string;
  /** Id of an element that describes the field. */
  readonly describedBy?: string;
  /** False when the page opens: the keyboard of a phone would cover half of the page. */
  readonly focused?: boolean;
}) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focused) input.current?.focus();
  }, []);
  return (
    <label class="label">
      User name
      <input
        class="field"
        name="username"
        ref={input}
        autocomplete="username"
        autocapitalize="none"
        spellcheck={false}
        aria-describedby={describedBy}
        defaultValue={value}
        required
      />
    </label>
  );
}
