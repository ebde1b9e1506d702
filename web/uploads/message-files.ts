import type { Conversation } from '@parley/client';
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { t } from '../words/words.ts';
import { chooseFiles } from './choose-files.ts';
import { createUpload, type Upload } from './upload.ts';

/** The files of the message that is being written. They go on uploading while another conversation is shown. */
export interface MessageFiles {
  readonly uploads: ReadonlySignal<readonly Upload[]>;
  /** `uploading` until all are uploaded, `failed` if one of them failed. */
  readonly status: ReadonlySignal<'uploading' | 'failed' | 'ready'>;
  /** What was wrong with the files that were chosen last: sentences. */
  readonly problem: ReadonlySignal<string | undefined>;
  add(files: readonly File[]): void;
  setProblem(problem: string | undefined): void;
  remove(upload: Upload): void;
  /** Moves the files into a message. @returns their ids; empty unless the status is `ready` */
  take(): readonly string[];
  /** Takes back the files of a message that could not be sent. */
  restore(ids: readonly string[]): void;
}

export function createMessageFiles(conversation: Pick<Conversation, 'upload'>): MessageFiles {
  const uploads = signal<readonly Upload[]>([]);
  const problem = signal<string>();
  const status = computed(() => {
    const states = uploads.value.map(({ state }) => state.value.status);
    if (states.includes('failed')) return 'failed';
    return states.every((state) => state === 'uploaded') ? 'ready' : 'uploading';
  });
  return {
    uploads,
    problem,
    status,
    add(files) {
      const choice = chooseFiles(files, uploads.value.length);
      problem.value = choice.problem;
      const added = choice.chosen.map((file) => createUpload(conversation, file));
      uploads.value = [...uploads.value, ...added];
      for (const upload of added) upload.start();
    },
    setProblem(next) {
      problem.value = next;
    },
    remove(upload) {
      upload.cancel();
      upload.releasePreview();
      uploads.value = uploads.value.filter((other) => other !== upload);
      problem.value = undefined;
    },
    take() {
      if (status.value !== 'ready') return [];
      const ids = uploads.value.flatMap((upload) => {
        const state = upload.state.value;
        if (state.status !== 'uploaded') return [];
        rememberUpload(state.id, upload);
        return [state.id];
      });
      uploads.value = [];
      problem.value = undefined;
      return ids;
    },
    restore(ids) {
      const restored = ids.map((id) => sentUpload(id) ?? uploadedBefore(id));
      uploads.value = [...restored, ...uploads.value.filter((upload) => !restored.includes(upload))];
    },
  };
}

/** A file that an earlier page uploaded: only its id is known. */
function uploadedBefore(id: string): Upload {
  const nothing = () => {};
  return {
    key: id,
    name: t('File'),
    size: 0,
    type: '',
    preview: undefined,
    pixels: undefined,
    state: signal({ status: 'uploaded', id }),
    start: nothing,
    cancel: nothing,
    releasePreview: nothing,
  };
}

/** Each upload keeps its file in memory for the preview, so only the latest ones are kept. */
const maxUploads = 20;
const sent = new Map<string, Upload>();

/** Called when a message with this file is sent. */
function rememberUpload(id: string, upload: Upload): void {
  sent.set(id, upload);
  const [oldest] = sent;
  if (!oldest || sent.size <= maxUploads) return;
  sent.delete(oldest[0]);
  oldest[1].releasePreview();
}

/** A file that this page has sent, by the id of its attachment: for a preview until the message is stored, or has failed. */
export function sentUpload(id: string): Upload | undefined {
  return sent.get(id);
}
