import { useAction } from '../ui/use-action.ts';
import { t } from '../words/words.ts';
import { type FormProps, useAuth } from './auth-context.ts';
import { AuthForm } from './auth-form.tsx';
import { CognitoError } from './cognito-api.ts';
import { PasswordField } from './password-field.tsx';
import { UsernameField } from './username-field.tsx';

export function SignInForm({
  cognito,
  selfSignUp,
  username,
  focused,
  go,
}: Pick<FormProps, 'cognito' | 'selfSignUp' | 'go'> & {
  readonly username?: string;
  /** Focus the first field? */
  readonly focused: boolean;
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
      label={t('Sign in')}
      onSubmit={(value) => action.run(() => signIn(value('username'), value('password')))}
      links={[
        ...(selfSignUp ? [{ label: t('Create an account'), onClick: () => go({ name: 'sign up' }) }] : []),
        {
          label: t('Forgotten password'),
          // Whoever has written their name need not write it again.
          onClick: ({ currentTarget: { form } }) =>
            go({ name: 'reset password', username: String(new FormData(form ?? undefined).get('username') ?? '') }),
        },
      ]}
    >
      <UsernameField value={username} focused={focused} />
      <PasswordField label={t('Password')} autocomplete="current-password" />
    </AuthForm>
  );
}
