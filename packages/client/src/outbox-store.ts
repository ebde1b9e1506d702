import type { Sending } from './outbox.ts';

/** Where the outbox keeps what is not acknowledged yet, so that it survives the page or the process. */
export interface OutboxStore {
  /** All that is kept, in any order. */
  load(): Promise<readonly Sending[]>;
  put(sending: Sending): Promise<void>;
  delete(clientId: string): Promise<void>;
}

/** Keeps nothing: what was not acknowledged is forgotten with the page. */
export const noStore: OutboxStore = { load: async () => [], put: async () => {}, delete: async () => {} };
