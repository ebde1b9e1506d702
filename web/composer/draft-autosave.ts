/** A draft is saved when the user has not typed for this long. */
const delayMs = 300;

/** Delays saving until the user pauses. */
export function createAutosave(storage: { load(): string; save(text: string): void }) {
  let pending: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Saves a pending text now. */
  function flush(): void {
    clearTimeout(timer);
    if (pending !== undefined) storage.save(pending);
    pending = undefined;
  }

  return {
    load: () => pending ?? storage.load(),
    save(text: string): void {
      pending = text;
      clearTimeout(timer);
      timer = setTimeout(flush, delayMs);
    },
    flush,
  };
}
