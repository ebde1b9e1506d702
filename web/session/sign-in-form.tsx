import { Button } from '../ui/button.tsx';
import { useAction } from '../ui/use-action.ts';
import { type SignInStep, useAuth } from './auth-context.ts';
import { AuthForm } from './auth-form.tsx';
import { CognitoError } from './cognito-api.ts';
import type { CognitoAuth } from './cognito-auth.ts';
import { PasswordField } from './password-field.tsx';
import { UsernameField } from './username-field.tsx';

export function SignInForm({
  cognito,
  username,
  focused,
  go,
}: {
  readonly cognito: CognitoAuth;
  readonly username?: string;
  /** Focus the first field? */
  readonly focused: boolean;
  go(step: SignInStep): void;
}) {
  const { session } = useAuth();
  const action = useAction();

  async function signIn(name: string, password: string): Promise<void> {
    try {
      await session.add(await cognito.signIn(name, password));
    } catch (error) {
      const code = error instanceof CognitoError ? error.code : undefined;
      if (code === 'UserNotConfirmedException') return go({ name: 'confirm', username: name, password });
      if (code === 'PasswordResetRequiredException') return go({ name: 'reset password', username: name });
      throw error;
    }
  }

  return (
    <AuthForm
      action={action}
      label="Sign in"
      onSubmit={(value) => action.run(() => signIn(value('username'), value('password')))}
      links={
        <>
          <Button look="link-button" onClick={() => go({ name: 'sign up' })}>
            Create an account
          </Button>
          <Button look="link-button" onClick={() => go({ name: 'reset password' })}>
            Forgotten password
          </Button>
        </>
      }
    >
      <UsernameField value={username} focused={focused} />
      <PasswordField label="Password" name="password" autocomplete="current-password" />
    </AuthForm>
  );
}
