/** What one has written and not sent, kept in this browser. */
export interface Draft {
  load(): string;
  /** Keeps it a moment later; nothing is kept of an empty one. */
  save(text: string): void;
  /** Keeps it now. */
  flush(): void;
}

/** ms in which further keys may come before it is written */
const pause = 300;

export function createDraft(
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
  user: string,
  conversation: string,
): Draft {
  const place = `parley.draft.${user}.${conversation}`;
  let waiting: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush(): void {
    clearTimeout(timer);
    if (waiting === undefined) return;
    try {
      if (waiting === '') storage.removeItem(place);
      else storage.setItem(place, waiting);
    } catch {
      // The browser keeps nothing, or no more: then it is forgotten with the page.
    }
    waiting = undefined;
  }

  return {
    load: () => waiting ?? storage.getItem(place) ?? '',
    save(text) {
      waiting = text;
      clearTimeout(timer);
      timer = setTimeout(flush, pause);
    },
    flush,
  };
}
