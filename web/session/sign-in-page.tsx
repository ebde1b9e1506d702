import { useEffect, useState } from 'preact/hooks';
import { lazy } from '../ui/lazy.tsx';
import { IssuerButton } from './issuer-button.tsx';
import { SignInForm } from './sign-in-form.tsx';
import type { Step } from './step.ts';
import { useDoor } from './use-door.ts';
import { WhoIsHere } from './who-is-here.tsx';

const MoreSteps = lazy((more) => more.MoreSteps);

const titles: Readonly<Record<Step['at'], string>> = {
  'sign in': 'Sign in',
  'sign up': 'Create an account',
  confirm: 'Confirm your account',
  forgotten: 'Choose a new password',
};

/** @param named whom the page's address named; @param refusal why that did not work */
export function SignInPage({ named, refusal }: { readonly named?: string; readonly refusal?: string }) {
  const { session, way } = useDoor();
  const back = session.accounts.peek().find(({ refresh }) => refresh === undefined);
  const [step, setStep] = useState<Step>({ at: 'sign in', username: named ?? back?.username });
  const [first] = useState(step);
  useEffect(() => {
    document.title = 'Parley';
  }, []);
  const says = refusal ?? session.ended.value;
  return (
    <main class="door">
      <div class="door-card">
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
          <SignInForm people={way.people} username={step.username} focused={step !== first} go={setStep} />
        )}
        {way.by === 'password' && step.at !== 'sign in' && (
          <MoreSteps way={way} step={step} go={setStep} onClose={() => setStep({ at: 'sign in' })} />
        )}
      </div>
    </main>
  );
}
