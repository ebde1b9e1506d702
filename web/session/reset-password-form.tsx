import { useState } from 'preact/hooks';
import { useAction } from '../ui/use-action.ts';
import { t } from '../words/words.ts';
import { type FormProps, type SignInStep, useAuth } from './auth-context.ts';
import { AuthForm } from './auth-form.tsx';
import { CodeField } from './code-field.tsx';
import { resetPassword, sendResetCode } from './cognito-account.ts';
import { NewPasswordField } from './new-password-field.tsx';
import { assertPassword } from './password-rules.ts';
import { useResend } from './use-resend.ts';
import { UsernameField } from './username-field.tsx';

/** First asks for the user name, then for the code that was mailed and the new password. */
export function ResetPasswordForm({
  cognito,
  isLocal,
  step,
  go,
}: FormProps & { readonly step: SignInStep & { name: 'reset password' } }) {
  const { session } = useAuth();
  const action = useAction();
  const [sent, setSent] = useState<{ readonly username: string; readonly sentTo: string }>();
  const resend = useResend(() => sendResetCode(cognito, sent?.username ?? ''));
  const back = { label: t('Back'), onClick: () => go({ name: 'sign in' }) };

  async function change(username: string, code: string, password: string): Promise<void> {
    assertPassword(password);
    await resetPassword(cognito, username, code, password);
    await session.add(await cognito.signIn(username, password));
  }

  if (!sent) {
    const ask = async (username: string) => setSent({ username, sentTo: await sendResetCode(cognito, username) });
    return (
      <AuthForm
        key="username"
        action={action}
        label={t('Send me a code')}
        onSubmit={(value) => action.run(() => ask(value('username')))}
        links={[back]}
      >
        <UsernameField value={step.username} />
      </AuthForm>
    );
  }
  return (
    <AuthForm
      key="code"
      action={resend.error === undefined ? action : resend}
      label={t('Change the password')}
      onSubmit={(value) => action.run(() => change(sent.username, value('code'), value('password')))}
      links={[resend.link, back]}
    >
      <p role="status">
        {resend.sentTo !== undefined && `${t('Sent again.')} `}
        {t('If there is an account {name}, a code is on its way to {address}.', {
          name: sent.username,
          address: resend.sentTo ?? sent.sentTo,
        })}
      </p>
      <CodeField isLocal={isLocal} />
      <NewPasswordField label={t('New password')} />
    </AuthForm>
  );
}
