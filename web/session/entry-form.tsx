import type { ComponentChildren } from 'preact';
import type { useAction } from '../ui/use-action.ts';

/** A form with one main button; what it is refused for stands above that. */
export function EntryForm(props: {
  readonly action: ReturnType<typeof useAction>;
  /** What the button says. */
  readonly says: string;
  readonly children: ComponentChildren;
  /** Ways out, below the button. */
  readonly after?: ComponentChildren;
  /** @param value of a field, without spaces around it; a password's as it is */
  onSubmit(value: (field: string) => string): void;
}) {
  const { busy, refusal } = props.action;
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
      {refusal !== undefined && (
        <p class="refusal" role="alert">
          {refusal}
        </p>
      )}
      <button type="submit" class="button" data-kind="main" disabled={busy}>
        {busy ? 'One moment …' : props.says}
      </button>
      {props.after}
    </form>
  );
}
