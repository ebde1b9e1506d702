/** What a browser tells about itself; elsewhere nothing is told, and one counts as online. */
export interface Environment {
  isOnline(): boolean;
  /** Hears when it is worth to look at the connection: the network is there or gone, the page is shown again. @returns what ends it */
  listen(look: () => void): () => void;
}

export const globalEnvironment: Environment = {
  // Node has a navigator too, that knows nothing of networks.
  isOnline: () => globalThis.navigator?.onLine !== false,
  listen(look) {
    const page = globalThis.document;
    const shown = () => page?.visibilityState === 'visible' && look();
    globalThis.addEventListener?.('online', look);
    globalThis.addEventListener?.('offline', look);
    page?.addEventListener('visibilitychange', shown);
    return () => {
      globalThis.removeEventListener?.('online', look);
      globalThis.removeEventListener?.('offline', look);
      page?.removeEventListener('visibilitychange', shown);
    };
  },
};
