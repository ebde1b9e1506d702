/** Listeners of one kind of event. */
export function createEmitter<T>() {
  const listeners = new Set<(value: T) => void>();
  return {
    /** @returns a function that ends the subscription */
    subscribe(listener: (value: T) => void): () => void {
      // A wrapper, so that the same function can subscribe twice and unsubscribe once.
      const own = (value: T) => listener(value);
      listeners.add(own);
      return () => {
        listeners.delete(own);
      };
    },
    emit(value: T): void {
      for (const listener of [...listeners]) {
        try {
          listener(value);
        } catch (error) {
          // The other listeners still run; the error is reported as an uncaught one.
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    },
  };
}
