/** `@parley/client/pins`: pinned messages of conversations. How many there are is in `view.pinned_messages`. */
import type { Chat } from './chat.ts';
import { pathOf } from './http.ts';
import type { PinnedMessage, PinnedPage } from './protocol.ts';

/** Pinned messages. `id` is that of the conversation. */
export interface Pins {
  /** Those that the user sees, last pinned first. @throws ParleyError */
  list(id: string): Promise<readonly PinnedMessage[]>;
  /** Pins a message for everybody. @throws ParleyError, such as `Forbidden`, or `Conflict` when as many are pinned as can be */
  pin(id: string, seq: number): Promise<void>;
  /** @throws ParleyError */
  unpin(id: string, seq: number): Promise<void>;
}

/** Pinned messages of a chat. It requests nothing before its functions are called. */
export function createPins({ request }: Pick<Chat, 'request'>): Pins {
  const path = (id: string, seq: number) => `${pathOf(id)}/pins/${seq}`;
  return {
    list: async (id) => (await request<PinnedPage>('GET', `${pathOf(id)}/pins`)).results,
    pin: (id, seq) => request('PUT', path(id, seq)),
    unpin: (id, seq) => request('DELETE', path(id, seq)),
  };
}
