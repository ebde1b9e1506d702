import { ConfirmForm } from './confirm-form.tsx';
import { ForgottenForm } from './forgotten-form.tsx';
import type { SignInWay } from './sign-in-way.ts';
import { SignUpForm } from './sign-up-form.tsx';
import type { Step } from './step.ts';

/** The steps that most people take once. */
export function MoreSteps({
  way,
  step,
  go,
}: {
  readonly way: SignInWay & { by: 'password' };
  readonly step: Step;
  go(step: Step): void;
  onClose(): void;
}) {
  if (step.at === 'sign up') return <SignUpForm people={way.people} go={go} />;
  if (step.at === 'confirm') return <ConfirmForm {...way} step={step} go={go} />;
  if (step.at === 'forgotten') return <ForgottenForm {...way} step={step} go={go} />;
  return null;
}
