import { useId } from 'preact/hooks';
import { useAction } from '../ui/use-action.ts';
import { EntryForm } from './entry-form.tsx';
import { NameField } from './name-field.tsx';
import { NewPasswordField } from './new-password-field.tsx';
import { weakness } from './password-rules.ts';
import type { People } from './people.ts';
import type { Step } from './step.ts';
import { useDoor } from './use-door.ts';

export function SignUpForm({ people, go }: { readonly people: People; go(step: Step): void }) {
  const { session } = useDoor();
  const action = useAction();
  const hint = useId();

  async function signUp(typed: string, email: string, password: string): Promise<void> {
    const username = typed.toLowerCase();
    // Others would have to write a name with other characters as %xx.
    if (!/^[a-z0-9.-]{1,64}$/.test(username)) {
      throw new Error('A user name has letters from a to z, digits, dots and hyphens, at most 64 of them.');
    }
    const weak = weakness(password);
    if (weak !== '') throw new Error(weak);
    const sentTo = await people.signUp(username, password, email);
    if (sentTo !== undefined) return go({ at: 'confirm', username, password, sentTo });
    await session.add(await people.signIn(username, password));
  }

  return (
    <EntryForm
      action={action}
      says="Create the account"
      onSubmit={(value) => action.act(() => signUp(value('username'), value('email'), value('password')))}
      after={
        <p class="door-links">
          <button type="button" class="link-button" onClick={() => go({ at: 'sign in' })}>
            Sign in instead
          </button>
        </p>
      }
    >
      <div>
        <NameField describedBy={`${hint}name`} />
        <p class="hint" id={`${hint}name`}>
          Letters from a to z, digits, dots and hyphens. Others find you by it.
        </p>
      </div>
      <div>
        <label class="label">
          E-mail
          <input
            class="field"
            name="email"
            type="email"
            autocomplete="email"
            aria-describedby={`${hint}mail`}
            required
          />
        </label>
        <p class="hint" id={`${hint}mail`}>
          You get a code there, and nobody sees it.
        </p>
      </div>
      <NewPasswordField label="Password" />
    </EntryForm>
  );
}
