import type { ComponentChildren } from 'preact';
import { Button } from '../ui/button.tsx';
import { ErrorMessage } from '../ui/error-message.tsx';
import type { Action } from '../ui/use-action.ts';
import { t } from '../words/words.ts';

export interface FormLink {
  readonly label: string;
  readonly disabled?: boolean;
  onClick(event: { readonly currentTarget: HTMLButtonElement }): void;
}

/** A form with one main button; its error is shown above the button. */
export function AuthForm(props: {
  readonly action: Pick<Action, 'busy' | 'error'>;
  /** Text of the main button. */
  readonly label: string;
  readonly children: ComponentChildren;
  /** Links below the button. */
  readonly links: readonly FormLink[];
  /** @param value of a field, trimmed unless it is the password */
  onSubmit(value: (field: string) => string): void;
}) {
  const { busy, error } = props.action;
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        const data = new FormData(event.currentTarget);
        props.onSubmit((field) => {
          const text = String(data.get(field) ?? '');
          return field === 'password' ? text : text.trim();
        });
      }}
    >
      {props.children}
      <ErrorMessage text={error} />
      <button type="submit" class="button" data-kind="main" disabled={busy}>
        {busy ? t('One moment …') : props.label}
      </button>
      <p class="sign-in-links">
        {props.links.map(({ label, ...link }) => (
          <Button key={label} look="link-button" {...link}>
            {label}
          </Button>
        ))}
      </p>
    </form>
  );
}
