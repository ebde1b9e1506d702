import { useEffect, useRef } from 'preact/hooks';

/** The code that was mailed. @param isLocal the server is a local runtime, which writes mail to files */
export function CodeField({ isLocal }: { readonly isLocal: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  return (
    <>
      {isLocal && (
        <p class="note">
          This server is local and sends no mail. The code is printed on its console, and written to a file in{' '}
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
