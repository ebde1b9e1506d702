import { useAction } from '../ui/use-action.ts';
import { CodeField } from './code-field.tsx';
import { EntryForm } from './entry-form.tsx';
import type { People } from './people.ts';
import type { Step } from './step.ts';
import { useDoor } from './use-door.ts';
import { useResend } from './use-resend.ts';

export function ConfirmForm({
  people,
  local,
  step: { username, password, sentTo },
  go,
}: {
  readonly people: People;
  readonly local: boolean;
  readonly step: Step & { at: 'confirm' };
  go(step: Step): void;
}) {
  const { session } = useDoor();
  const action = useAction();
  const resend = useResend(() => people.resend(username));
  const address = resend.sentTo ?? sentTo;

  async function confirm(code: string): Promise<void> {
    await people.confirm(username, code);
    await session.add(await people.signIn(username, password));
  }

  return (
    <EntryForm
      action={resend.refusal === undefined ? action : resend}
      says="Confirm"
      onSubmit={(value) => action.act(() => confirm(value('code')))}
      after={
        <p class="door-links">
          <button type="button" class="link-button" disabled={resend.busy} onClick={resend.send}>
            Send the code again
          </button>
          <button type="button" class="link-button" onClick={() => go({ at: 'sign in' })}>
            Back
          </button>
        </p>
      }
    >
      <p role="status">
        {resend.sentTo !== undefined && 'Sent again. '}
        {address === undefined
          ? `A code was sent when ${username} was made: if it is gone, have it sent again.`
          : `A code for ${username} is on its way to ${address}.`}
      </p>
      <CodeField local={local} />
    </EntryForm>
  );
}
