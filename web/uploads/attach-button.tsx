import { useRef } from 'preact/hooks';
import { IconButton } from '../ui/button.tsx';
import { t } from '../words/words.ts';

export function AttachButton(props: { readonly disabled: boolean; onFiles(files: readonly File[]): void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton
        icon="attach"
        label={t('Attach files')}
        disabled={props.disabled}
        onClick={() => input.current?.click()}
      />
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
