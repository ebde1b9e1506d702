/**
 * The browser's stores. What they have no room for is kept in memory, and is gone when the page is left. So is all where the user lets no page keep
 * anything: there even to look at them throws.
 */
interface Store extends Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> {
  keys(): readonly string[];
}

/** What `kept` has in memory alone. */
export const unkept = /* @__PURE__ */ new Map<string, string>();
/** For all tabs. */
export const kept = /* @__PURE__ */ storeOf(() => localStorage, unkept);
/** For this tab. */
export const keptInTab = /* @__PURE__ */ storeOf(() => sessionStorage, /* @__PURE__ */ new Map());

function storeOf(find: () => Storage, memory: Map<string, string>): Store {
  let store: Storage | undefined;
  try {
    store = find();
  } catch {
    // All stays in memory.
  }
  return {
    keys: () => Object.keys({ ...store, ...Object.fromEntries(memory) }),
    getItem: (key) => memory.get(key) ?? store?.getItem(key) ?? null,
    setItem(key, value) {
      memory.delete(key);
      try {
        if (store) return store.setItem(key, value);
      } catch {
        // It is full.
      }
      memory.set(key, value);
    },
    removeItem(key) {
      memory.delete(key);
      store?.removeItem(key);
    },
  };
}
