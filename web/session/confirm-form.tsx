import { useAction } from '../ui/use-action.ts';
import { t } from '../words/words.ts';
import { type FormProps, type SignInStep, useAuth } from './auth-context.ts';
import { AuthForm } from './auth-form.tsx';
import { CodeField } from './code-field.tsx';
import { confirmAccount, resendCode } from './cognito-account.ts';
import { useResend } from './use-resend.ts';

export function ConfirmForm({
  cognito,
  isLocal,
  step: { username, password, sentTo },
  go,
}: FormProps & { readonly step: SignInStep & { name: 'confirm' } }) {
  const { session } = useAuth();
  const action = useAction();
  const resend = useResend(() => resendCode(cognito, username));
  const address = resend.sentTo ?? sentTo;

  async function confirm(code: string): Promise<void> {
    await confirmAccount(cognito, username, code);
    await session.add(await cognito.signIn(username, password));
  }

  return (
    <AuthForm
      action={resend.error === undefined ? action : resend}
      label={t('Confirm')}
      onSubmit={(value) => action.run(() => confirm(value('code')))}
      links={[resend.link, { label: t('Back'), onClick: () => go({ name: 'sign in' }) }]}
    >
      <p role="status">
        {resend.sentTo !== undefined && `${t('Sent again.')} `}
        {address === undefined
          ? t('A code was sent when {name} was created. If you no longer have it, have it sent again.', {
              name: username,
            })
          : t('A code for {name} is on its way to {address}.', { name: username, address })}
      </p>
      <CodeField isLocal={isLocal} />
    </AuthForm>
  );
}
