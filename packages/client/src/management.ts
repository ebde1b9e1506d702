/** What those who manage a group or a room do. */
import type { Chat } from './chat.ts';
import { pathOf } from './http.ts';
import type { ConversationView, MemberPage, Role } from './protocol.ts';

export interface Management {
  /** @throws ParleyError, such as `Forbidden` */
  rename(id: string, title: string): Promise<ConversationView>;
  /** Removes a member, or takes an invitation back. Who is removed from a room cannot come in again. @throws ParleyError */
  remove(id: string, username: string): Promise<void>;
  /** @param role `owner` hands the conversation over. @throws ParleyError */
  setRole(id: string, username: string, role: Role): Promise<ConversationView>;
  /** All members by user name, a page at a time: also of a large conversation. It throws a `ParleyError` when a page cannot be loaded. */
  members(id: string): AsyncGenerator<MemberPage, void, undefined>;
}

export function createManagement(chat: Pick<Chat, 'request' | 'pages'>): Management {
  return {
    rename: (id, title) => chat.request('PATCH', pathOf(id), { title }),
    remove: (id, username) => chat.request('DELETE', memberPath(id, username)),
    setRole: (id, username, role) => chat.request('PATCH', pathOf(id), { roles: { [username]: role } }),
    members: (id) => chat.pages<MemberPage>(`${pathOf(id)}/members`),
  };
}

export const memberPath = (id: string, username: string) => `${pathOf(id)}/members/${encodeURIComponent(username)}`;
