/** `@parley/client/invite-links`: links with which people join groups, for those who make them and those who follow them. */
import type { Chat } from './chat.ts';
import { pathOf } from './http.ts';
import type { ConversationView, InviteLink, InviteLinkPage, InviteLinkView } from './protocol.ts';

/** An invite link to be made. */
export interface NewInviteLink {
  /** Seconds for which it works. Default: a week. */
  readonly expires_in?: number;
  /** How many people may come by it. Default: 100. */
  readonly max_uses?: number;
}

/** Links that lead into groups. */
export interface InviteLinks {
  /** Those of a group that work, latest first. @throws ParleyError */
  list(id: string): Promise<readonly InviteLink[]>;
  /** @throws ParleyError, such as `Forbidden`, or `Conflict` when as many work as can */
  make(id: string, link?: NewInviteLink): Promise<InviteLink>;
  /** @throws ParleyError */
  revoke(link: Pick<InviteLink, 'conversation' | 'code'>): Promise<void>;
  /** What a link leads to. @throws ParleyError, such as `NotFound` for one that does not work, or `Forbidden` for who was removed */
  follow(code: string): Promise<InviteLinkView>;
  /** Makes the user a member. @throws ParleyError as `follow` */
  join(code: string): Promise<ConversationView>;
}

/** Invite links of a chat. It requests nothing before its functions are called. */
export function createInviteLinks({ request }: Pick<Chat, 'request'>): InviteLinks {
  const links = (id: string) => `${pathOf(id)}/invite-links`;
  const path = (code: string) => `/invite-links/${encodeURIComponent(code)}`;
  return {
    list: async (id) => (await request<InviteLinkPage>('GET', links(id))).results,
    make: (id, link = {}) => request('POST', links(id), link),
    revoke: ({ conversation, code }) => request('DELETE', `${links(conversation)}/${encodeURIComponent(code)}`),
    follow: (code) => request('GET', path(code)),
    join: (code) => request('POST', path(code)),
  };
}
