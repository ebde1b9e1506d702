import { useId } from 'preact/hooks';
import { Field } from '../ui/field.tsx';
import { useAction } from '../ui/use-action.ts';
import { t } from '../words/words.ts';
import { type FormProps, useAuth } from './auth-context.ts';
import { AuthForm } from './auth-form.tsx';
import { createAccount } from './cognito-account.ts';
import { NewPasswordField } from './new-password-field.tsx';
import { assertPassword } from './password-rules.ts';
import { UsernameField } from './username-field.tsx';

export function SignUpForm({ cognito, go }: Pick<FormProps, 'cognito' | 'go'>) {
  const { session } = useAuth();
  const action = useAction();
  const hint = useId();

  async function signUp(typed: string, email: string, password: string): Promise<void> {
    const username = typed.toLowerCase();
    // Other characters would be encoded as %xx, and other users would have to type that.
    if (!/^[a-z0-9.-]{1,64}$/.test(username)) {
      throw new Error(
        t('A user name has letters from a to z, digits, dots and hyphens, at most {n} of them.', { n: 64 }),
      );
    }
    assertPassword(password);
    const sentTo = await createAccount(cognito, username, password, email);
    if (sentTo !== undefined) return go({ name: 'confirm', username, password, sentTo });
    await session.add(await cognito.signIn(username, password));
  }

  return (
    <AuthForm
      action={action}
      label={t('Create the account')}
      onSubmit={(value) => action.run(() => signUp(value('username'), value('email'), value('password')))}
      links={[{ label: t('Sign in instead'), onClick: () => go({ name: 'sign in' }) }]}
    >
      <div>
        <UsernameField describedBy={`${hint}name`} />
        <p class="hint" id={`${hint}name`}>
          {t('Letters from a to z, digits, dots and hyphens. Others find you by it.')}
        </p>
      </div>
      <div>
        <Field label={t('E-mail')} name="email" type="email" autocomplete="email" aria-describedby={`${hint}mail`} />
        <p class="hint" id={`${hint}mail`}>
          {t('We send you a code. Nobody else sees your address.')}
        </p>
      </div>
      <NewPasswordField label={t('Password')} />
    </AuthForm>
  );
}
