import { Button } from '../ui/button.tsx';
import { copyText } from '../ui/copy-text.ts';
import { UploadTray } from '../uploads/upload-tray.tsx';
import { t } from '../words/words.ts';
import { compositionOf } from './composition.ts';
import { FailedSendList } from './failed-send-list.tsx';
import type { ThreadAbove } from './use-composition.ts';

/** In place of the composer, for a user who has left or was removed: what they wrote and did not send is still theirs. */
export function EndedComposer({ thread }: { readonly thread: ThreadAbove }) {
  const { text, write, cancel, isEdit, files, removeFile } = compositionOf(thread);
  const unsent = text.value.trim();
  return (
    <div class="composer">
      <FailedSendList conversation={thread.conversation} />
      {(unsent !== '' || files.uploads.value.length > 0) && (
        <section class="composer-unsent" aria-label={t('Not sent')}>
          <UploadTray files={files} onRemove={removeFile} />
          {unsent !== '' && (
            <>
              <p class="failed-send-text" dir="auto">
                {unsent}
              </p>
              <p class="failed-send-actions">
                <Button look="text-button" onClick={() => copyText(unsent)}>
                  {t('Copy text')}
                </Button>
                <Button look="text-button" onClick={() => (isEdit.value ? cancel() : write(''))}>
                  {t('Discard')}
                </Button>
              </p>
            </>
          )}
        </section>
      )}
      <p class="composer-ended">{t('You are not in this conversation any more.')}</p>
    </div>
  );
}
