import { useEffect, useRef } from 'preact/hooks';

/** The code that was mailed, which is what one types next. @param local the mail stays on this machine */
export function CodeField({ local }: { readonly local: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  return (
    <>
      {local && (
        <p class="note">
          This server is a local one and sends no mail: the code stands in the console where it runs, and in a file in{' '}
          <code>.parley/mail</code>.
        </p>
      )}
      <label class="label">
        Code
        <input
          class="field code"
          ref={input}
          name="code"
          inputMode="numeric"
          autocomplete="one-time-code"
          pattern="\s*[0-9]{6}\s*"
          title="Six digits"
          required
        />
      </label>
    </>
  );
}
