import { useState } from 'preact/hooks';
import { Button } from '../ui/button.tsx';

/** A password field with a button that shows what was typed. */
export function PasswordField(props: {
  readonly label: string;
  readonly name: string;
  readonly autocomplete: 'current-password' | 'new-password';
  /** Id of an element that describes the field. */
  readonly describedBy?: string;
  onInput?(password: string): void;
}) {
  const [shown, setShown] = useState(false);
  return (
    <div class="password">
      <label class="label">
        {props.label}
        <input
          class="field"
          name={props.name}
          {...(shown ? { type: 'text' } : { type: 'password' })}
          autocomplete={props.autocomplete}
          autocapitalize="none"
          spellcheck={false}
          aria-describedby={props.describedBy}
          onInput={(event) => props.onInput?.(event.currentTarget.value)}
          required
        />
      </label>
      <Button look="link-button" aria-pressed={shown} onClick={() => setShown(!shown)}>
        Show password
      </Button>
    </div>
  );
}
