import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { DraftMode } from '../conversation/draft-mode.ts';
import { draftOf, keepDraft } from '../conversation/drafts.ts';
import { createDraft } from './draft.ts';

/** The text that is being written: a draft, which is kept, or, while one edits, another text for that message, which is not. */
export function useDraft(user: string, conversation: string, { editing }: DraftMode) {
  const draft = useMemo(
    () =>
      createDraft({
        load: () => draftOf(user, conversation),
        keep: (text) => keepDraft(user, conversation, text),
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
