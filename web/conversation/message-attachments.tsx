import type { Message } from '@parley/client';
import { useState } from 'preact/hooks';
import { Icon } from '../ui/icon.tsx';
import { lazy } from '../ui/lazy.tsx';
import { formatSize } from '../uploads/format-size.ts';
import type { Thread } from './thread.ts';
import { useFreshFiles } from './use-fresh-files.ts';

const Lightbox = lazy((more) => more.Lightbox);

type SentFile = Message['attachments'][number];

/** The files of a message: pictures, films and sounds to be looked at here, others to be saved. */
export function MessageAttachments({ thread, message }: { readonly thread: Thread; readonly message: Message }) {
  const { files, version, renew } = useFreshFiles(thread, message);
  const [open, setOpen] = useState<string>();
  const pictures = files.filter(isPicture);
  return (
    <div class="attachments" data-many={pictures.length > 1}>
      {files.map((file) => {
        if (isPicture(file)) {
          return (
            <button
              type="button"
              class="picture"
              key={file.id}
              style={pictures.length > 1 ? undefined : boxOf(file)}
              aria-label={`Open ${file.filename}`}
              onClick={() => setOpen(file.id)}
            >
              <img key={version} src={file.url} alt={file.filename} loading="lazy" decoding="async" onError={renew} />
            </button>
          );
        }
        if (/^video\//.test(file.content_type)) {
          return (
            // biome-ignore lint/a11y/useMediaCaption: what people send has none
            <video
              class="film"
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
        if (/^audio\//.test(file.content_type)) {
          return (
            <figure class="sound" key={`${file.id} ${version}`}>
              <figcaption>{file.filename}</figcaption>
              {/* biome-ignore lint/a11y/useMediaCaption: what people send has none */}
              <audio src={file.url} aria-label={file.filename} controls preload="none" onError={renew} />
            </figure>
          );
        }
        return <FileCard key={file.id} file={file} onUse={renew} />;
      })}
      {open !== undefined && (
        <Lightbox pictures={pictures} first={open} onStale={renew} onClose={() => setOpen(undefined)} />
      )}
    </div>
  );
}

function FileCard({ file, onUse }: { readonly file: SentFile; onUse(event?: Event): void }) {
  return (
    <a
      class="file"
      href={file.url}
      target="_blank"
      rel="noopener noreferrer"
      download={file.filename}
      onPointerEnter={() => onUse()}
      onFocus={() => onUse()}
    >
      <span class="file-icon">
        <Icon name="file" />
      </span>
      <span class="unseen">Download </span>
      <span class="file-about">
        <span class="file-name">{file.filename}</span>
        <span class="file-size">{formatSize(file.size)}</span>
      </span>
      <Icon name="download" />
    </a>
  );
}

/** What browsers show, whoever made it. */
function isPicture({ content_type }: SentFile): boolean {
  return /^image\/(png|jpeg|gif|webp)$/.test(content_type);
}

/** rem */
const widest = 20;
const highest = 20;
const narrowest = 7;

/** The place that it takes before it is there; very long ones are cut. */
export function boxOf({ width = 4, height = 3 }: { readonly width?: number; readonly height?: number }): {
  width: string;
  aspectRatio: string;
} {
  const ratio = Math.min(3, Math.max(0.5, width / height));
  return { width: `${Math.max(narrowest, Math.min(widest, highest * ratio))}rem`, aspectRatio: String(ratio) };
}
