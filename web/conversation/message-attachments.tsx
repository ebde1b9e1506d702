import type { Message } from '@parley/client';
import { useState } from 'preact/hooks';
import { lazy } from '../lazy.tsx';
import { Icon } from '../ui/icon.tsx';
import { formatSize } from '../uploads/format-size.ts';
import { voiceSeconds } from '../voice/voice-name.ts';
import { t } from '../words/words.ts';
import type { Thread } from './thread.ts';
import { useFreshAttachments } from './use-fresh-attachments.ts';

const Lightbox = lazy((chunk) => chunk.Lightbox);
const VoicePlayer = lazy((chunk) => chunk.VoicePlayer);

type SentFile = Message['attachments'][number];

/** The files of a message. Pictures, videos and sounds are shown; other files can be downloaded. */
export function MessageAttachments({ thread, message }: { readonly thread: Thread; readonly message: Message }) {
  const { files, version, renew } = useFreshAttachments(thread, message);
  const [open, setOpen] = useState<string>();
  const pictures = files.filter(isPicture);
  return (
    <div class="attachments">
      <div class="gallery" data-count={pictures.length}>
        {pictures.map((file) => (
          <button
            type="button"
            class="picture"
            key={file.id}
            style={pictures.length > 1 ? undefined : boxOf(file)}
            aria-label={t('Open {name}', { name: file.filename })}
            onClick={() => setOpen(file.id)}
          >
            <img key={version} src={file.url} alt={file.filename} loading="lazy" decoding="async" onError={renew} />
          </button>
        ))}
      </div>
      {files.map((file) => {
        if (isPicture(file)) return null;
        if (/^video\//.test(file.content_type)) {
          return (
            // biome-ignore lint/a11y/useMediaCaption: files from users have no captions
            <video
              class="video"
              key={`${file.id} ${version}`}
              style={boxOf(file)}
              src={file.url}
              aria-label={file.filename}
              controls
              playsInline
              preload="metadata"
              onError={renew}
            />
          );
        }
        const seconds = voiceSeconds(file.filename);
        if (seconds !== undefined && /^audio\//.test(file.content_type))
          return (
            <div class="voice" key={file.id}>
              <VoicePlayer file={file} seconds={seconds} onStale={renew} />
            </div>
          );
        if (/^audio\//.test(file.content_type)) {
          return (
            <figure class="sound" key={`${file.id} ${version}`}>
              <figcaption dir="auto">{file.filename}</figcaption>
              {/* biome-ignore lint/a11y/useMediaCaption: files from users have no captions */}
              <audio src={file.url} aria-label={file.filename} controls preload="none" onError={renew} />
            </figure>
          );
        }
        return <FileCard key={file.id} file={file} onApproach={renew} />;
      })}
      {open !== undefined && (
        <Lightbox pictures={pictures} first={open} onStale={renew} onClose={() => setOpen(undefined)} />
      )}
    </div>
  );
}

function FileCard({ file, onApproach }: { readonly file: SentFile; onApproach(event?: Event): void }) {
  return (
    <a
      class="file"
      href={file.url}
      target="_blank"
      rel="noopener noreferrer"
      download={file.filename}
      onPointerEnter={() => onApproach()}
      onFocus={() => onApproach()}
    >
      <span>
        <Icon name="file" />
      </span>
      <span class="visually-hidden">{t('Download')} </span>
      <span class="file-about">
        <span class="file-name" dir="auto">
          {file.filename}
        </span>
        <span class="file-size">{formatSize(file.size)}</span>
      </span>
      <Icon name="download" />
    </a>
  );
}

/** Picture formats that every browser shows. */
function isPicture({ content_type }: SentFile): boolean {
  return /^image\/(png|jpeg|gif|webp)$/.test(content_type);
}

/** rem */
const maxWidth = 20;
const maxHeight = 20;
const minWidth = 7;

/** The size of a picture or video, so that nothing moves when it has loaded. Very long ones are cropped. */
export function boxOf({ width = 4, height = 3 }: { readonly width?: number; readonly height?: number }): {
  width: string;
  aspectRatio: string;
} {
  const ratio = Math.min(3, Math.max(0.5, width / height));
  return { width: `${Math.max(minWidth, Math.min(maxWidth, maxHeight * ratio))}rem`, aspectRatio: String(ratio) };
}
