import { useRef } from 'preact/hooks';
import { Icon } from '../ui/icon.tsx';

export function AttachButton(props: { readonly disabled: boolean; onFiles(files: readonly File[]): void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        class="icon-button"
        aria-label="Attach files"
        disabled={props.disabled}
        onClick={() => input.current?.click()}
      >
        <Icon name="attach" />
      </button>
      <input
        type="file"
        multiple
        hidden
        ref={input}
        onChange={({ currentTarget }) => {
          props.onFiles([...(currentTarget.files ?? [])]);
          // Else choosing the same file again would not be a change.
          currentTarget.value = '';
        }}
      />
    </>
  );
}
