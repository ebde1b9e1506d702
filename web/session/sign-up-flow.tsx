import type { SignInMethod, SignInStep } from './auth-context.ts';
import { ConfirmForm } from './confirm-form.tsx';
import { ResetPasswordForm } from './reset-password-form.tsx';
import { SignUpForm } from './sign-up-form.tsx';

/** The steps besides signing in. Most users need them once, so they are loaded lazily. */
export function SignUpFlow(props: {
  readonly method: SignInMethod & { kind: 'password' };
  readonly step: SignInStep;
  go(step: SignInStep): void;
  /** Called by `lazy` if this cannot be loaded. */
  onClose(): void;
}) {
  const { method, step, go } = props;
  if (step.name === 'sign up') return <SignUpForm cognito={method.cognito} go={go} />;
  if (step.name === 'confirm') return <ConfirmForm {...method} step={step} go={go} />;
  if (step.name === 'reset password') return <ResetPasswordForm {...method} step={step} go={go} />;
  return null;
}
