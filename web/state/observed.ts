import { type ReadonlySignal, signal } from '@preact/signals';

/**
 * A part of the client whose properties are read like signals: a component that reads one is rendered again after a change.
 * @example const friends = observed(createFriends(chat)); friends.received.length
 */
export function observed<Part extends { subscribe(listener: () => void): () => void }>(part: Part): Part {
  const version = signal(0);
  part.subscribe(() => {
    version.value++;
  });
  return readWith(part, version);
}

/** The same for a part whose changes somebody counts already. Its plain properties would be read once, and then be out of date on the page. */
export function readWith<Part extends object>(part: Part, changes: ReadonlySignal<number>): Part {
  return new Proxy(part, {
    get(target, name) {
      void changes.value;
      return Reflect.get(target, name);
    },
  });
}
