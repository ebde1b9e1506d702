import type { Conversation } from '@parley/client';
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { perConversation } from '../chat/per-conversation.ts';
import { chooseFiles } from './choose-files.ts';
import { rememberUpload, sentUpload } from './sent-uploads.ts';
import { createUpload, type Upload } from './upload.ts';

/** The files of the message that is being written. They go on uploading while another conversation is shown. */
export interface MessageFiles {
  readonly uploads: ReadonlySignal<readonly Upload[]>;
  /** `waiting` for some of them, `failed` where one did, `ready` to be sent. */
  readonly are: ReadonlySignal<'waiting' | 'failed' | 'ready'>;
  /** What was wrong with files that were chosen last, in sentences. */
  readonly refusal: ReadonlySignal<string | undefined>;
  add(conversation: Pick<Conversation, 'upload'>, files: readonly File[]): void;
  /** Says why there can be none now; with undefined no more. */
  refuse(why: string | undefined): void;
  remove(upload: Upload): void;
  /** Takes them into a message. @returns their ids; none unless they are ready */
  take(): readonly string[];
  /** Those of a message that was refused. */
  restore(ids: readonly string[]): void;
}

export const messageFilesOf = perConversation((): MessageFiles => {
  const uploads = signal<readonly Upload[]>([]);
  const refusal = signal<string>();
  const are = computed(() => {
    const states = uploads.value.map(({ state }) => state.value.is);
    if (states.includes('failed')) return 'failed';
    return states.every((is) => is === 'uploaded') ? 'ready' : 'waiting';
  });
  return {
    ...{ uploads, refusal, are },
    add(conversation, files) {
      const { chosen, refusal: why } = chooseFiles(files, uploads.value.length);
      refusal.value = why;
      const added = chosen.map((file) => createUpload(conversation, file));
      uploads.value = [...uploads.value, ...added];
      for (const upload of added) upload.start();
    },
    refuse(why) {
      refusal.value = why;
    },
    remove(upload) {
      upload.cancel();
      upload.forget();
      uploads.value = uploads.value.filter((one) => one !== upload);
      refusal.value = undefined;
    },
    take() {
      if (are.value !== 'ready') return [];
      const ids = uploads.value.flatMap((upload) => {
        const state = upload.state.value;
        if (state.is !== 'uploaded') return [];
        rememberUpload(state.id, upload);
        return [state.id];
      });
      uploads.value = [];
      refusal.value = undefined;
      return ids;
    },
    restore(ids) {
      const known = ids.map((id) => sentUpload(id) ?? uploadedBefore(id));
      uploads.value = [...known, ...uploads.value.filter((one) => !known.includes(one))];
    },
  };
});

/** One that an earlier page uploaded: nothing but its id is known. */
function uploadedBefore(id: string): Upload {
  const nothing = () => {};
  return {
    ...{ key: id, name: 'File', size: 0, type: '', preview: undefined, pixels: undefined },
    ...{ state: signal({ is: 'uploaded', id }), start: nothing, cancel: nothing, forget: nothing },
  };
}
