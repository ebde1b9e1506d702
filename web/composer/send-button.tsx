import { Icon } from '../ui/icon.tsx';
import { t } from '../words/words.ts';
import type { ShownComposition } from './use-composition.ts';

export function SendButton(props: { readonly composition: ShownComposition }) {
  const { canSend, isEdit, isUploading, isQueued } = props.composition;
  const label = isEdit ? t('Save') : isUploading ? t('Send when uploaded') : t('Send');
  return (
    <button
      type="submit"
      class="icon-button send-button"
      aria-label={label}
      title={label}
      // `disabled` would drop the focus when the field becomes empty after sending.
      aria-disabled={!canSend}
      data-uploading={isUploading && canSend}
      data-queued={isQueued}
    >
      <Icon name={isEdit ? 'check' : isQueued ? 'clock' : 'send'} />
    </button>
  );
}
