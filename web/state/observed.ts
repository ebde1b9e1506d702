import { signal } from '@preact/signals';

/**
 * A part of the client whose properties are read like signals: a component that reads one is rendered again after a change.
 * @example const friends = observed(createFriends(chat)); friends.received.length
 */
export function observed<Part extends { subscribe(listener: () => void): () => void }>(part: Part): Part {
  const version = signal(0);
  part.subscribe(() => {
    version.value++;
  });
  return new Proxy(part, {
    get(target, name) {
      void version.value;
      return Reflect.get(target, name);
    },
  });
}
