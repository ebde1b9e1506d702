import type { Conversation } from '@parley/client';
import { type ReadonlySignal, signal } from '@preact/signals';
import { announcedType } from './announced-type.ts';
import { fitName } from './fit-name.ts';
import { measure, type Pixels } from './measure.ts';

/** `waiting`: this device is offline; it goes on by itself. */
export type UploadState =
  | { readonly is: 'uploading' /** from 0 to 1 */; readonly sent: number }
  | { readonly is: 'waiting' }
  | { readonly is: 'failed'; readonly why: string }
  | { readonly is: 'uploaded'; readonly id: string };

/** A file on its way into a message. */
export interface Upload {
  /** Another for each. */
  readonly key: string | number;
  readonly name: string;
  /** bytes */
  readonly size: number;
  /** As the browser says. */
  readonly type: string;
  /** Address of the file on this page, of pictures and films. */
  readonly preview: string | undefined;
  readonly pixels: Pixels | undefined;
  readonly state: ReadonlySignal<UploadState>;
  /** Begins, or begins again after it failed. */
  start(): void;
  /** Breaks it off. */
  cancel(): void;
  /** The preview is needed no more. */
  forget(): void;
}

/** Bytes that tell what a file is. */
const looked = 4_100;
let made = 0;

export function createUpload(conversation: Pick<Conversation, 'upload'>, file: File): Upload {
  const shown = /^(image|video)\//.test(file.type);
  const preview = shown ? URL.createObjectURL(file) : undefined;
  const state = signal<UploadState>({ is: 'uploading', sent: 0 });
  let pixels: Pixels | undefined;
  let giveUp = new AbortController();

  async function run(broken: AbortSignal): Promise<string> {
    const start = await file
      .slice(0, looked)
      .arrayBuffer()
      .catch(() => {
        throw new Error('unable to read the file; it may be a folder, or have been changed');
      });
    const type = announcedType(file.type, new Uint8Array(start));
    if (preview && /^(image|video)\//.test(type)) pixels = await measure(type, preview);
    return conversation.upload(type === file.type ? file : file.slice(0, file.size, type), {
      ...{ filename: fitName(file.name), signal: broken, ...pixels },
      onProgress(sent, total) {
        if (!broken.aborted) state.value = { is: 'uploading', sent: total > 0 ? Math.min(1, sent / total) : 0 };
      },
    });
  }

  const upload: Upload = {
    ...{ key: ++made, name: file.name, size: file.size, type: file.type, preview, state },
    get pixels() {
      return pixels;
    },
    start() {
      giveUp.abort();
      giveUp = new AbortController();
      const broken = giveUp.signal;
      state.value = { is: 'uploading', sent: 0 };
      run(broken).then(
        (id) => {
          if (!broken.aborted) state.value = { is: 'uploaded', id };
        },
        (error: Error) => {
          if (broken.aborted) return;
          if (navigator.onLine) state.value = { is: 'failed', why: error.message };
          else {
            state.value = { is: 'waiting' };
            addEventListener('online', upload.start, { once: true, signal: broken });
          }
        },
      );
    },
    cancel: () => giveUp.abort(),
    forget: () => preview !== undefined && URL.revokeObjectURL(preview),
  };
  return upload;
}
