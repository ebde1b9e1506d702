import type { Chat } from '@parley/client';

/** Makes oneself a member of a room, and the room where there is none yet. @param room `room:lobby` @throws ParleyError */
export async function joinRoom(chat: Pick<Chat, 'request'>, me: string, room: string): Promise<void> {
  await chat.request('PUT', `/conversations/${encodeURIComponent(room)}/members/${encodeURIComponent(me)}`);
}
