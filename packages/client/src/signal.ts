/** Who wants to hear of something. A listener that throws does not keep the others from hearing. */
export interface Signal<T> {
  /** @returns what ends it */
  listen(listener: (value: T) => void): () => void;
  tell(value: T): void;
}

export function createSignal<T>(): Signal<T> {
  const listeners = new Set<(value: T) => void>();
  return {
    listen(listener) {
      // One of its own, so that the same function can listen twice and stop once.
      const own = (value: T) => listener(value);
      listeners.add(own);
      return () => {
        listeners.delete(own);
      };
    },
    tell(value) {
      for (const listener of [...listeners]) {
        try {
          listener(value);
        } catch (error) {
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    },
  };
}
