/** What a browser knows about the network and the page. Outside of browsers the client counts as online. */
export interface Environment {
  /** Does the device have a network? */
  isOnline(): boolean;
  /**
   * Calls `listener` when the connection should be checked: the network came or went, or the page became visible.
   * @returns a function that ends the subscription
   */
  subscribe(listener: () => void): () => void;
}

export const globalEnvironment: Environment = {
  // Node has a `navigator` too, without `onLine`.
  isOnline: () => globalThis.navigator?.onLine !== false,
  subscribe(listener) {
    const page = globalThis.document;
    const controller = new AbortController();
    const { signal } = controller;
    globalThis.addEventListener?.('online', listener, { signal });
    globalThis.addEventListener?.('offline', listener, { signal });
    page?.addEventListener('visibilitychange', () => page.visibilityState === 'visible' && listener(), { signal });
    return () => controller.abort();
  },
};
