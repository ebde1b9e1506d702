/** `@parley/client/pins`: messages that are pinned in a conversation, for everybody. */
import type { Chat } from './chat.ts';
import { pathOf } from './http.ts';
import type { PinnedMessage, PinnedPage } from './protocol.ts';

export interface Pins {
  /** Last pinned first. `view.pinned_messages` tells whether there are any, and changes with them. @throws ParleyError */
  list(id: string): Promise<readonly PinnedMessage[]>;
  /** @throws ParleyError, such as `Forbidden`, `Conflict` for one too many */
  pin(id: string, seq: number): Promise<void>;
  /** @throws ParleyError */
  unpin(id: string, seq: number): Promise<void>;
}

export function createPins(chat: Pick<Chat, 'request'>): Pins {
  return {
    list: async (id) => (await chat.request<PinnedPage>('GET', `${pathOf(id)}/pins`)).results,
    pin: (id, seq) => chat.request('PUT', `${pathOf(id)}/pins/${seq}`),
    unpin: (id, seq) => chat.request('DELETE', `${pathOf(id)}/pins/${seq}`),
  };
}
