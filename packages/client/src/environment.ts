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
    const onVisible = () => page?.visibilityState === 'visible' && listener();
    globalThis.addEventListener?.('online', listener);
    globalThis.addEventListener?.('offline', listener);
    page?.addEventListener('visibilitychange', onVisible);
    return () => {
      globalThis.removeEventListener?.('online', listener);
      globalThis.removeEventListener?.('offline', listener);
      page?.removeEventListener('visibilitychange', onVisible);
    };
  },
};
