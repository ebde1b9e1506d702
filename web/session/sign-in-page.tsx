import { useEffect, useState } from 'preact/hooks';
import { lazy } from '../lazy.tsx';
import { ErrorMessage } from '../ui/error-message.tsx';
import { type Label, t } from '../words/words.ts';
import { AccountPicker } from './account-picker.tsx';
import { type SignInStep, useAuth } from './auth-context.ts';
import { SignInForm } from './sign-in-form.tsx';

const IssuerButton = lazy((chunk) => chunk.IssuerButton);
const SignUpFlow = lazy((chunk) => chunk.SignUpFlow);

const titles: Readonly<Record<SignInStep['name'], Label>> = {
  'sign in': 'Sign in',
  'sign up': 'Create an account',
  confirm: 'Confirm your account',
  'reset password': 'Choose a new password',
};

/** @param username the user named in the page's address; @param error why signing in from the address failed */
export function SignInPage({ username, error }: { readonly username?: string; readonly error?: string }) {
  const { session, signInMethod } = useAuth();
  const expired = session.accounts.peek().find(({ refresh }) => refresh === undefined);
  const [step, setStep] = useState<SignInStep>({ name: 'sign in', username: username ?? expired?.username });
  const [firstStep] = useState(step);
  useEffect(() => {
    document.title = 'Parley';
  }, []);
  return (
    <main class="sign-in-page">
      <div class="sign-in-card">
        <p class="sign-in-brand">
          <img src="/icon.svg" width="40" height="40" alt="" /> Parley
        </p>
        {step.name === 'sign in' && (
          <>
            <ErrorMessage text={error ?? session.ended.value} />
            <AccountPicker />
          </>
        )}
        <h1>{t(titles[step.name])}</h1>
        {signInMethod.kind === 'issuer' && <IssuerButton openId={signInMethod.openId} />}
        {signInMethod.kind === 'password' &&
          (step.name === 'sign in' ? (
            <SignInForm
              cognito={signInMethod.cognito}
              selfSignUp={signInMethod.selfSignUp}
              username={step.username}
              focused={step !== firstStep}
              go={setStep}
            />
          ) : (
            <SignUpFlow method={signInMethod} step={step} go={setStep} onClose={() => setStep({ name: 'sign in' })} />
          ))}
      </div>
    </main>
  );
}
