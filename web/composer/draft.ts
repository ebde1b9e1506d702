/** Where a text is kept. */
export interface Place {
  load(): string;
  keep(text: string): void;
}

/** What one has written and not sent. */
export interface Draft {
  load(): string;
  /** Keeps it a moment later. */
  save(text: string): void;
  /** Keeps it now. */
  flush(): void;
}

/** ms in which further keys may come before it is kept */
const pause = 300;

export function createDraft(place: Place): Draft {
  let waiting: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush(): void {
    clearTimeout(timer);
    if (waiting !== undefined) place.keep(waiting);
    waiting = undefined;
  }

  return {
    load: () => waiting ?? place.load(),
    save(text) {
      waiting = text;
      clearTimeout(timer);
      timer = setTimeout(flush, pause);
    },
    flush,
  };
}
