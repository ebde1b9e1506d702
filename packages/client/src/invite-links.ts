/** `@parley/client/invite-links`: links with which anybody may join a group or a room. */
import type { Chat } from './chat.ts';
import { pathOf } from './http.ts';
import type { ConversationView, InviteLink, InviteLinkPage, InviteLinkView } from './protocol.ts';

export interface InviteLinks {
  /** Latest first. @throws ParleyError, such as `Forbidden` */
  list(id: string): Promise<readonly InviteLink[]>;
  /** @param link `expires_in` in seconds. @throws ParleyError */
  make(id: string, link: { readonly expires_in: number; readonly max_uses: number }): Promise<InviteLink>;
  /** From now on nobody can join with it. @throws ParleyError */
  revoke(link: Pick<InviteLink, 'conversation' | 'code'>): Promise<void>;
  /** What a link leads to. @throws ParleyError, such as `NotFound` for a link that has ended */
  follow(code: string): Promise<InviteLinkView>;
  /** Becomes a member. @throws ParleyError */
  join(code: string): Promise<ConversationView>;
}

export function createInviteLinks(chat: Pick<Chat, 'request'>): InviteLinks {
  const linkPath = (code: string) => `/invite-links/${encodeURIComponent(code)}`;
  return {
    list: async (id) => (await chat.request<InviteLinkPage>('GET', `${pathOf(id)}/invite-links`)).results,
    make: (id, link) => chat.request('POST', `${pathOf(id)}/invite-links`, link),
    revoke: ({ conversation, code }) =>
      chat.request('DELETE', `${pathOf(conversation)}/invite-links/${encodeURIComponent(code)}`),
    follow: (code) => chat.request('GET', linkPath(code)),
    join: (code) => chat.request('POST', linkPath(code)),
  };
}
