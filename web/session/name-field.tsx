import { useEffect, useRef } from 'preact/hooks';

export function NameField({
  value,
  describedBy,
  focused = true,
}: {
  readonly value?: string;
  /** Id of what says more about it. */
  readonly describedBy?: string;
  /** Not when the page opens: a keyboard would cover half of a phone. */
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
