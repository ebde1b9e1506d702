/** What a browser knows about the network and the page. Outside of browsers the client counts as online. */
export interface Environment {
  /** Does the device have a network? */
  isOnline(): boolean;
  /** Does the user see the page? Default: yes. What nobody sees is kept open at half the price, and checked when it is seen. */
  isVisible?(): boolean;
  /**
   * Calls `listener` when the connection should be checked: the network came or went, or the page became visible or got the focus.
   * @returns a function that ends the subscription
   */
  subscribe(listener: () => void): () => void;
}

export const globalEnvironment: Environment = {
  // Node has a `navigator` too, without `onLine`.
  isOnline: () => globalThis.navigator?.onLine !== false,
  isVisible: () => globalThis.document?.visibilityState !== 'hidden',
  subscribe(listener) {
    const page = globalThis.document;
    const controller = new AbortController();
    const { signal } = controller;
    for (const type of ['online', 'offline', 'focus']) globalThis.addEventListener?.(type, listener, { signal });
    page?.addEventListener('visibilitychange', () => page.visibilityState === 'visible' && listener(), { signal });
    return () => controller.abort();
  },
};
