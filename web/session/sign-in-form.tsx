import { useAction } from '../ui/use-action.ts';
import { CognitoError } from './cognito.ts';
import { EntryForm } from './entry-form.tsx';
import { NameField } from './name-field.tsx';
import { PasswordField } from './password-field.tsx';
import type { People } from './people.ts';
import type { Step } from './step.ts';
import { useDoor } from './use-door.ts';

export function SignInForm({
  people,
  username,
  focused,
  go,
}: {
  readonly people: People;
  readonly username?: string;
  /** Does one type next? */
  readonly focused: boolean;
  go(step: Step): void;
}) {
  const { session } = useDoor();
  const action = useAction();

  async function signIn(name: string, password: string): Promise<void> {
    try {
      await session.add(await people.signIn(name, password));
    } catch (error) {
      const code = error instanceof CognitoError ? error.code : undefined;
      if (code === 'UserNotConfirmedException') return go({ at: 'confirm', username: name, password });
      if (code === 'PasswordResetRequiredException') return go({ at: 'forgotten', username: name });
      throw error;
    }
  }

  return (
    <EntryForm
      action={action}
      says="Sign in"
      onSubmit={(value) => action.act(() => signIn(value('username'), value('password')))}
      after={
        <p class="door-links">
          <button type="button" class="link-button" onClick={() => go({ at: 'sign up' })}>
            Create an account
          </button>
          <button type="button" class="link-button" onClick={() => go({ at: 'forgotten' })}>
            Forgotten password
          </button>
        </p>
      }
    >
      <NameField value={username} focused={focused} />
      <PasswordField label="Password" name="password" autocomplete="current-password" />
    </EntryForm>
  );
}
