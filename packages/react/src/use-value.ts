import { useCallback, useSyncExternalStore } from 'react';

interface Source {
  subscribe(listener: () => void): () => void;
}

/**
 * A value of a part of the client, current with each rendering.
 * @param source undefined while there is none, and on servers
 * @param read gives the same object as long as nothing has changed
 * @param empty the value without a source: the same object each time
 */
export function useValue<From extends Source, Value>(
  source: From | undefined,
  read: (source: From) => Value,
  empty: Value,
): Value {
  const subscribe = useCallback((listener: () => void) => source?.subscribe(listener) ?? (() => {}), [source]);
  return useSyncExternalStore(
    subscribe,
    () => (source ? read(source) : empty),
    () => empty,
  );
}
