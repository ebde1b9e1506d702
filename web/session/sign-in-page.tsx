import { useEffect, useRef, useState } from 'preact/hooks';
import { lazy } from '../ui/lazy.tsx';
import { ConfirmForm } from './confirm-form.tsx';
import { IssuerButton } from './issuer-button.tsx';
import { SignInForm } from './sign-in-form.tsx';
import { SignUpForm } from './sign-up-form.tsx';
import { useDoor } from './use-door.ts';
import { WhoIsHere } from './who-is-here.tsx';

const ForgottenForm = lazy((more) => more.ForgottenForm);

/** Where somebody is who is not signed in yet. */
export type Step =
  | { readonly at: 'sign in'; readonly username?: string }
  | { readonly at: 'sign up' }
  /** `sentTo`: where the code was sent; absent where none was asked for now. */
  | { readonly at: 'confirm'; readonly username: string; readonly password: string; readonly sentTo?: string }
  | { readonly at: 'forgotten'; readonly username?: string };

const titles: Readonly<Record<Step['at'], string>> = {
  'sign in': 'Sign in',
  'sign up': 'Create an account',
  confirm: 'Confirm your account',
  forgotten: 'Choose a new password',
};

/** @param named whom the page's address named; @param refusal why that did not work */
export function SignInPage({ named, refusal }: { readonly named?: string; readonly refusal?: string }) {
  const { session, way } = useDoor();
  const [step, setStep] = useState<Step>({ at: 'sign in', username: named });
  const card = useRef<HTMLDivElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = 'Parley';
  }, []);
  useEffect(() => {
    // Not when the page opens: a keyboard would cover half of a phone.
    if (!isFirst.current) card.current?.querySelector<HTMLElement>('input:not([value]), input')?.focus();
    isFirst.current = false;
    void step.at;
  }, [step.at]);
  const says = refusal ?? session.ended.value;
  return (
    <main class="door">
      <div class="door-card" ref={card}>
        <p class="door-brand">
          <img src="/icon.svg" width="40" height="40" alt="" /> Parley
        </p>
        {step.at === 'sign in' && says !== undefined && (
          <p class="refusal" role="alert">
            {says}
          </p>
        )}
        {step.at === 'sign in' && <WhoIsHere />}
        <h1>{titles[step.at]}</h1>
        {way.by === 'issuer' && <IssuerButton openId={way.openId} />}
        {way.by === 'password' && step.at === 'sign in' && (
          <SignInForm people={way.people} username={step.username} go={setStep} />
        )}
        {way.by === 'password' && step.at === 'sign up' && <SignUpForm people={way.people} go={setStep} />}
        {way.by === 'password' && step.at === 'confirm' && <ConfirmForm {...way} step={step} go={setStep} />}
        {way.by === 'password' && step.at === 'forgotten' && <ForgottenForm {...way} step={step} go={setStep} />}
      </div>
    </main>
  );
}
