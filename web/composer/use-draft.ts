import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ComposerMode } from '../state/composer-mode.ts';
import { readDraft, saveDraft } from '../state/drafts.ts';
import { createAutosave } from './draft-autosave.ts';

/** The text of the composer. A new message or a reply is saved as a draft; an edit is not. */
export function useDraft(user: string, conversation: string, { editing }: ComposerMode) {
  const draft = useMemo(
    () =>
      createAutosave({
        load: () => readDraft(user, conversation),
        save: (text) => saveDraft(user, conversation, text),
      }),
    [user, conversation],
  );
  const [text, setText] = useState(() => editing?.message ?? draft.load());
  const shown = useRef(editing?.seq);

  useLayoutEffect(() => {
    if (shown.current === editing?.seq) return;
    shown.current = editing?.seq;
    setText(editing?.message ?? draft.load());
  }, [draft, editing]);

  useEffect(() => {
    addEventListener('pagehide', draft.flush);
    return () => {
      removeEventListener('pagehide', draft.flush);
      draft.flush();
    };
  }, [draft]);

  return {
    text,
    write(next: string): void {
      setText(next);
      if (!editing) draft.save(next);
    },
  };
}
