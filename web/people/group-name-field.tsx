import { limits } from '#protocol/limits';
import { Field } from '../ui/field.tsx';

export function GroupNameField(props: { readonly title: string; onTitle(title: string): void }) {
  const { title, onTitle } = props;
  return (
    <Field label="Name of the group" maxLength={limits.titleLength} autocomplete="off" value={title} onText={onTitle} />
  );
}
