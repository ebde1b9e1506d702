import { Field } from '../ui/field.tsx';
import { t } from '../words/words.ts';

export function UsernameField(props: {
  readonly value?: string;
  /** Id of an element that describes the field. */
  readonly describedBy?: string;
  /** False when the page opens: the keyboard of a phone would cover half of the page. */
  readonly focused?: boolean;
}) {
  return (
    <Field
      label={t('User name')}
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
