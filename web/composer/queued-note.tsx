import { t } from '../words/words.ts';

/** Why a message that is due has not been sent yet. */
export function QueuedNote({ status }: { readonly status: 'uploading' | 'failed' | 'ready' }) {
  return (
    <p>
      {status === 'failed'
        ? t('Not sent yet: a file could not be uploaded. Try again, or remove it.')
        : t('Sent as soon as the files are uploaded.')}
    </p>
  );
}
