/** `@parley/client/settings`: what the user has set for a conversation, open or not. */
import type { Chat } from './chat.ts';
import { pathOf } from './http.ts';

export interface Settings {
  /** No pushes and no notifications. The user's devices hear of it by `conversation_muted`. @throws ParleyError */
  mute(id: string): Promise<void>;
  /** @throws ParleyError */
  unmute(id: string): Promise<void>;
}

export function createSettings(chat: Pick<Chat, 'request'>): Settings {
  return {
    mute: (id) => chat.request('PUT', `${pathOf(id)}/mute`),
    unmute: (id) => chat.request('DELETE', `${pathOf(id)}/mute`),
  };
}
