import { useId, useState } from 'preact/hooks';
import { Icon } from '../ui/icon.tsx';
import { PasswordField } from './password-field.tsx';
import { judge } from './password-rules.ts';

/** A new password, and what it needs, said beforehand and ticked off as one types. */
export function NewPasswordField({ label }: { readonly label: string }) {
  const [typed, setTyped] = useState('');
  const rules = useId();
  return (
    <div>
      <PasswordField label={label} name="password" autocomplete="new-password" describedBy={rules} onInput={setTyped} />
      <ul class="rules" id={rules}>
        {judge(typed).map(({ says, holds }) => (
          <li key={says} data-holds={holds}>
            <Icon name={holds ? 'check' : 'dot'} />
            {says}
            <span class="unseen">{holds ? ': done' : ''}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
