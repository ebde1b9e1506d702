/** What is being written is saved when the user has not typed for this long. */
const delayMs = 300;

/** Delays saving until the user pauses. */
export function createAutosave(save: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Saves a pending change now. */
  function flush(): void {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    save();
  }

  return {
    /** There is something to save. */
    soon(): void {
      clearTimeout(timer);
      timer = setTimeout(flush, delayMs);
    },
    flush,
  };
}
