import { Button, IconButton } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { fileLabel } from '../voice/voice-name.ts';
import { t } from '../words/words.ts';
import { formatSize } from './format-size.ts';
import type { MessageFiles } from './message-files.ts';
import type { Upload } from './upload.ts';

/** The files of the message that is being written, with their progress. */
export function UploadTray({ files, onRemove }: { readonly files: MessageFiles; onRemove(upload: Upload): void }) {
  if (files.uploads.value.length === 0) return null;
  return (
    <ul class="uploads" aria-label={t('Files to send')}>
      {files.uploads.value.map((upload) => (
        <UploadItem key={upload.key} upload={upload} onRemove={() => onRemove(upload)} />
      ))}
    </ul>
  );
}

function UploadItem({ upload, onRemove }: { readonly upload: Upload; onRemove(): void }) {
  const { size } = upload;
  const name = fileLabel(upload.name);
  const state = upload.state.value;
  const done = state.status === 'uploaded';
  return (
    <li class="upload" data-status={state.status}>
      <UploadPicture upload={upload} />
      <div class="upload-about">
        <span class="upload-name" dir="auto" title={name}>
          {name}
        </span>
        {state.status === 'failed' ? (
          <span class="upload-failure" role="alert">
            {state.why}
          </span>
        ) : (
          <span class="upload-size">
            {state.status === 'waiting'
              ? t('Waits until you are online; keep this page open')
              : size > 0 && formatSize(size)}
          </span>
        )}
        {!done && state.status !== 'failed' && (
          <progress
            class="upload-progress"
            aria-label={t('Uploading {name}', { name })}
            max={1}
            value={state.status === 'uploading' ? state.sent : 0}
          />
        )}
      </div>
      {state.status === 'failed' && (
        <Button look="text-button" aria-label={t('Try again to upload {name}', { name })} onClick={upload.start}>
          {t('Try again')}
        </Button>
      )}
      <IconButton
        icon="close"
        label={
          done || state.status === 'failed' ? t('Remove {name}', { name }) : t('Cancel upload of {name}', { name })
        }
        onClick={onRemove}
      />
    </li>
  );
}

function UploadPicture({ upload: { preview, type } }: { readonly upload: Upload }) {
  return (
    <span class="upload-picture">
      <Icon name="file" />
      {preview !== undefined &&
        (type.startsWith('image/') ? (
          <img src={preview} alt="" onError={({ currentTarget }) => currentTarget.remove()} />
        ) : (
          <video src={preview} muted playsInline preload="metadata" aria-hidden="true" tabIndex={-1} />
        ))}
    </span>
  );
}
