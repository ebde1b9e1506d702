import { limits } from '@parley/client/text';
import { Field } from '../ui/field.tsx';

export function GroupNameField(props: {
  /** `group` by default. */
  readonly kind?: string;
  readonly title: string;
  onTitle(title: string): void;
}) {
  const { kind = 'group', title, onTitle } = props;
  return (
    <Field
      label={`Name of the ${kind}`}
      maxLength={limits.titleLength}
      autocomplete="off"
      value={title}
      onText={onTitle}
    />
  );
}
