export interface DraftStorage {
  load(): string;
  save(text: string): void;
}

export interface Autosave extends DraftStorage {
  /** Saves a pending text now. */
  flush(): void;
}

/** A draft is saved when the user has not typed for this long. */
const delayMs = 300;

/** Delays saving until the user pauses. */
export function createAutosave(storage: DraftStorage): Autosave {
  let pending: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush(): void {
    clearTimeout(timer);
    if (pending !== undefined) storage.save(pending);
    pending = undefined;
  }

  return {
    load: () => pending ?? storage.load(),
    save(text) {
      pending = text;
      clearTimeout(timer);
      timer = setTimeout(flush, delayMs);
    },
    flush,
  };
}
