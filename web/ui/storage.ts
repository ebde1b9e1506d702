/**
 * The browser's stores. What they have no room for is kept in memory, and is gone when the page is left. So is all where the user lets no page keep
 * anything: there even to look at them throws.
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

/** What `kept` has in memory alone. */
export const unkept = /* @__PURE__ */ new MemoryStore();
/** For all tabs. */
export const kept = /* @__PURE__ */ usable(() => localStorage, unkept);
/** For this tab. */
export const keptInTab = /* @__PURE__ */ usable(() => sessionStorage, /* @__PURE__ */ new MemoryStore());

/** The keys of `kept`. */
export function keptKeys(): readonly string[] {
  return [...new Set([...(kept === unkept ? [] : Object.keys(localStorage)), ...unkept.keys()])];
}

function usable(find: () => Storage, memory: MemoryStore): Store {
  try {
    const store = find();
    return {
      getItem: (key) => memory.getItem(key) ?? store.getItem(key),
      setItem(key, value) {
        memory.delete(key);
        try {
          store.setItem(key, value);
        } catch {
          memory.set(key, value);
        }
      },
      removeItem(key) {
        memory.delete(key);
        store.removeItem(key);
      },
    };
  } catch {
    return memory;
  }
}
