import { limits } from '@parley/client/text';
import { Field } from '../ui/field.tsx';
import { t } from '../words/words.ts';

export function GroupNameField(props: {
  /** `group` by default. */
  readonly kind?: string;
  readonly title: string;
  onTitle(title: string): void;
}) {
  const { kind = 'group', title, onTitle } = props;
  return (
    <Field
      label={kind === 'room' ? t('Name of the room') : t('Name of the group')}
      maxLength={limits.titleLength}
      autocomplete="off"
      value={title}
      onText={onTitle}
    />
  );
}
