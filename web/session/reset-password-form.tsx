import { useState } from 'preact/hooks';
import { Button } from '../ui/button.tsx';
import { useAction } from '../ui/use-action.ts';
import { type SignInStep, useAuth } from './auth-context.ts';
import { AuthForm } from './auth-form.tsx';
import { CodeField } from './code-field.tsx';
import type { CognitoAuth } from './cognito-auth.ts';
import { NewPasswordField } from './new-password-field.tsx';
import { passwordProblem } from './password-rules.ts';
import { useResend } from './use-resend.ts';
import { UsernameField } from './username-field.tsx';

/** First asks for the user name, then for the code that was mailed and the new password. */
export function ResetPasswordForm(props: {
  readonly cognito: CognitoAuth;
  readonly isLocal: boolean;
  readonly step: SignInStep & { name: 'reset password' };
  go(step: SignInStep): void;
}) {
  const { cognito, isLocal, go } = props;
  const { session } = useAuth();
  const action = useAction();
  const [sent, setSent] = useState<{ readonly username: string; readonly sentTo: string }>();
  const resend = useResend(() => cognito.forgot(sent?.username ?? ''));
  const back = (
    <Button look="link-button" onClick={() => go({ name: 'sign in' })}>
      Back
    </Button>
  );

  async function change(username: string, code: string, password: string): Promise<void> {
    const problem = passwordProblem(password);
    if (problem !== '') throw new Error(problem);
    await cognito.reset(username, code, password);
    await session.add(await cognito.signIn(username, password));
  }

  if (!sent) {
    const ask = async (username: string) => setSent({ username, sentTo: await cognito.forgot(username) });
    return (
      <AuthForm
        key="username"
        action={action}
        label="Send me a code"
        onSubmit={(value) => action.run(() => ask(value('username')))}
        links={back}
      >
        <UsernameField value={props.step.username} />
      </AuthForm>
    );
  }
  return (
    <AuthForm
      key="code"
      action={resend.error === undefined ? action : resend}
      label="Change the password"
      onSubmit={(value) => action.run(() => change(sent.username, value('code'), value('password')))}
      links={
        <>
          <Button look="link-button" disabled={resend.busy} onClick={resend.send}>
            Send the code again
          </Button>
          {back}
        </>
      }
    >
      <p role="status">
        {resend.sentTo !== undefined && 'Sent again. '}
        If there is an account {sent.username}, a code is on its way to {resend.sentTo ?? sent.sentTo}.
      </p>
      <CodeField isLocal={isLocal} />
      <NewPasswordField label="New password" />
    </AuthForm>
  );
}
