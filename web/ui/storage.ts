/**
 * The browser's stores. Where the user lets no page keep anything, even to look at them throws: then there are stores in memory, the page works,
 * and what they hold is gone when it is left.
 */
type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

class MemoryStore extends Map<string, string> implements Store {
  getItem(key: string): string | null {
    return this.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.set(key, value);
  }
  removeItem(key: string): void {
    this.delete(key);
  }
}

/** For all tabs. */
export const kept = /* @__PURE__ */ usable(() => localStorage);
/** For this tab. */
export const keptInTab = /* @__PURE__ */ usable(() => sessionStorage);

export function keysOf(store: Store): readonly string[] {
  return store instanceof Map ? [...store.keys()] : Object.keys(store);
}

function usable(find: () => Storage): Store {
  try {
    return find();
  } catch {
    return new MemoryStore();
  }
}
