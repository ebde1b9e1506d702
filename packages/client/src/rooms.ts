/** `@parley/client/rooms`: rooms, which everybody may join. To leave one: `conversation.leave()`. */
import type { Chat } from './chat.ts';
import { createManagement, type Management, memberPath } from './management.ts';
import type { ConversationView, Me } from './protocol.ts';

/** What one does with rooms. */
export interface Rooms extends Management {
  /** Joins a room, and makes it if there is none. @param id such as `room:lobby` @throws ParleyError, such as `Forbidden` after a removal */
  join(id: string): Promise<ConversationView>;
}

/** Rooms of a chat. It requests nothing before its functions are called. */
export function createRooms(chat: Pick<Chat, 'request' | 'pages' | 'me'>): Rooms {
  return {
    ...createManagement(chat),
    async join(id) {
      const me = chat.me ?? (await chat.request<Me>('GET', '/me')).username;
      return chat.request('PUT', memberPath(id, me));
    },
  };
}
