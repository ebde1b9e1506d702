import { limits } from '#protocol/limits';

export function GroupNameField(props: { readonly title: string; onTitle(title: string): void }) {
  return (
    <label class="label">
      Name of the group
      <input
        class="field"
        required
        maxLength={limits.titleLength}
        autocomplete="off"
        value={props.title}
        onInput={(event) => props.onTitle(event.currentTarget.value)}
      />
    </label>
  );
}
