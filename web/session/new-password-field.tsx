import { useId, useState } from 'preact/hooks';
import { Icon } from '../ui/icon.tsx';
import { t } from '../words/words.ts';
import { PasswordField } from './password-field.tsx';
import { checkPassword } from './password-rules.ts';

/** A new password, with the password rules, which are ticked off while the user types. */
export function NewPasswordField({ label }: { readonly label: string }) {
  const [typed, setTyped] = useState('');
  const rules = useId();
  return (
    <div>
      <PasswordField label={label} autocomplete="new-password" describedBy={rules} onInput={setTyped} />
      <ul class="rules" id={rules}>
        {checkPassword(typed).map(({ text, isMet }) => (
          <li key={text} data-met={isMet}>
            <Icon name={isMet ? 'check' : 'dot'} />
            {text}
            <span class="visually-hidden">{isMet ? t(': done') : ''}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
