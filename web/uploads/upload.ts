import type { Conversation } from '@parley/client';
import { type ReadonlySignal, signal } from '@preact/signals';
import { explain } from '../ui/explain.ts';
import { t } from '../words/words.ts';
import type { Pixels } from './measure.ts';
import { safeFilename } from './safe-filename.ts';

/** `waiting`: this device is offline; the upload starts again by itself. */
export type UploadState =
  | { readonly status: 'uploading' /** from 0 to 1 */; readonly sent: number }
  | { readonly status: 'waiting' }
  | { readonly status: 'failed'; readonly why: string }
  | { readonly status: 'uploaded'; readonly id: string };

/** A file that is being uploaded for a message. */
export interface Upload {
  /** Unique on this page. */
  readonly key: string | number;
  readonly name: string;
  /** bytes */
  readonly size: number;
  /** The media type that the browser reports. */
  readonly type: string;
  /** Object URL of a picture or video. */
  readonly preview: string | undefined;
  readonly pixels: Pixels | undefined;
  readonly state: ReadonlySignal<UploadState>;
  /** Starts, or starts again after a failure. */
  start(): void;
  cancel(): void;
  releasePreview(): void;
}

/** Bytes at the start of a file that show its type. */
const signatureBytes = 4_100;
const visual = /^(image|video)\//;
let lastKey = 0;

export function createUpload(conversation: Pick<Conversation, 'upload'>, file: File): Upload {
  const preview = visual.test(file.type) ? URL.createObjectURL(file) : undefined;
  const state = signal<UploadState>({ status: 'uploading', sent: 0 });
  let pixels: Pixels | undefined;
  let attempt = new AbortController();

  async function upload(signal: AbortSignal): Promise<string> {
    const begin = await file
      .slice(0, signatureBytes)
      .arrayBuffer()
      .catch(() => {
        throw new Error(t('This file cannot be read: it may be a folder, or have been changed. Choose it again.'));
      });
    const start = new Uint8Array(begin);
    // Most visits upload nothing.
    const { announcedType, measure, cleanFile } = await import('./prepare-file.ts').catch(() => {
      throw new Error(t('This part of the page could not be loaded. Check your connection and try again.'));
    });
    const type = announcedType(file.type, start);
    if (preview && visual.test(type)) pixels = await measure(type, preview);
    const clean = await cleanFile(file, start, type);
    signal.throwIfAborted();
    return conversation.upload(clean, {
      filename: safeFilename(file.name),
      signal,
      ...pixels,
      onProgress(sent, total) {
        if (!signal.aborted) state.value = { status: 'uploading', sent: total > 0 ? Math.min(1, sent / total) : 0 };
      },
    });
  }

  function start(): void {
    attempt.abort();
    attempt = new AbortController();
    const { signal } = attempt;
    state.value = { status: 'uploading', sent: 0 };
    upload(signal).then(
      (id) => {
        if (!signal.aborted) state.value = { status: 'uploaded', id };
      },
      async (error: Error) => {
        const why = await explain(error);
        if (signal.aborted) return;
        if (navigator.onLine) state.value = { status: 'failed', why };
        else {
          state.value = { status: 'waiting' };
          addEventListener('online', start, { once: true, signal });
        }
      },
    );
  }

  return {
    key: ++lastKey,
    name: file.name,
    size: file.size,
    type: file.type,
    preview,
    state,
    get pixels() {
      return pixels;
    },
    start,
    cancel: () => attempt.abort(),
    releasePreview: () => preview !== undefined && URL.revokeObjectURL(preview),
  };
}
