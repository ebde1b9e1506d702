import { useState } from 'preact/hooks';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { t } from '../words/words.ts';

/** A password field with a button that shows what was typed. */
export function PasswordField(props: {
  readonly label: string;
  readonly autocomplete: 'current-password' | 'new-password';
  /** Id of an element that describes the field. */
  readonly describedBy?: string;
  onInput?(password: string): void;
}) {
  const [shown, setShown] = useState(false);
  return (
    <div class="password">
      <Field
        label={props.label}
        name="password"
        {...(shown ? { type: 'text' } : { type: 'password' })}
        autocomplete={props.autocomplete}
        autocapitalize="none"
        spellcheck={false}
        aria-describedby={props.describedBy}
        onText={props.onInput}
      />
      <Button look="link-button" aria-pressed={shown} onClick={() => setShown(!shown)}>
        {t('Show password')}
      </Button>
    </div>
  );
}
