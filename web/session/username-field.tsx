import { Field } from '../ui/field.tsx';

export function UsernameField(props: {
  readonly value?: string;
  /** Id of an element that describes the field. */
  readonly describedBy?: string;
  /** False when the page opens: the keyboard of a phone would cover half of the page. */
  readonly focused?: boolean;
}) {
  return (
    <Field
      label="User name"
      name="username"
      focused={props.focused ?? true}
      autocomplete="username"
      autocapitalize="none"
      spellcheck={false}
      aria-describedby={props.describedBy}
      defaultValue={props.value}
    />
  );
}
