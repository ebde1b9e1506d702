import { useState } from 'preact/hooks';
import { useAction } from '../ui/use-action.ts';
import { CodeField } from './code-field.tsx';
import { EntryForm } from './entry-form.tsx';
import { NameField } from './name-field.tsx';
import { NewPasswordField } from './new-password-field.tsx';
import { weakness } from './password-rules.ts';
import type { People } from './people.ts';
import type { Step } from './step.ts';
import { useDoor } from './use-door.ts';
import { useResend } from './use-resend.ts';

/** First whose password it is, then the code that was mailed, and the new one. */
export function ForgottenForm(props: {
  readonly people: People;
  readonly local: boolean;
  readonly step: Step & { at: 'forgotten' };
  go(step: Step): void;
}) {
  const { people, local, go } = props;
  const { session } = useDoor();
  const action = useAction();
  const [asked, setAsked] = useState<{ readonly username: string; readonly sentTo: string }>();
  const resend = useResend(() => people.forgot(asked?.username ?? ''));
  const back = (
    <button type="button" class="link-button" onClick={() => go({ at: 'sign in' })}>
      Back
    </button>
  );

  async function change(username: string, code: string, password: string): Promise<void> {
    const weak = weakness(password);
    if (weak !== '') throw new Error(weak);
    await people.reset(username, code, password);
    await session.add(await people.signIn(username, password));
  }

  if (!asked) {
    const ask = async (username: string) => setAsked({ username, sentTo: await people.forgot(username) });
    return (
      <EntryForm
        key="who"
        action={action}
        says="Send me a code"
        onSubmit={(value) => action.act(() => ask(value('username')))}
        after={<p class="door-links">{back}</p>}
      >
        <NameField value={props.step.username} />
      </EntryForm>
    );
  }
  return (
    <EntryForm
      key="code"
      action={resend.refusal === undefined ? action : resend}
      says="Change the password"
      onSubmit={(value) => action.act(() => change(asked.username, value('code'), value('password')))}
      after={
        <p class="door-links">
          <button type="button" class="link-button" disabled={resend.busy} onClick={resend.send}>
            Send the code again
          </button>
          {back}
        </p>
      }
    >
      <p role="status">
        {resend.sentTo !== undefined && 'Sent again. '}
        If there is an account {asked.username}, a code is on its way to {resend.sentTo ?? asked.sentTo}.
      </p>
      <CodeField local={local} />
      <NewPasswordField label="New password" />
    </EntryForm>
  );
}
