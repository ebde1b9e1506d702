import type { Chat } from './chat.ts';
import { createManagement, type Management, memberPath } from './management.ts';
import type { ConversationView } from './protocol.ts';

/** A group to be made. */
export interface NewGroup {
  readonly title: string;
  /** User names of its first members, besides the user. */
  readonly members: readonly string[];
  /** The same at each try, so that a repeated one makes no second group. Default: a new one. */
  readonly client_id?: string;
}

/** What one does with groups. */
export interface GroupManagement extends Management {
  /** @throws ParleyError */
  create(group: NewGroup): Promise<ConversationView>;
  /** Contacts of the user become members at once; others are `invited`. @throws ParleyError */
  invite(id: string, username: string): Promise<'member' | 'invited'>;
}

/** The part of `createGroups` that has no state. */
export function manageGroups(chat: Pick<Chat, 'request' | 'pages'>): GroupManagement {
  return {
    ...createManagement(chat),
    create: ({ client_id = crypto.randomUUID(), ...group }) =>
      chat.request('POST', '/conversations', { ...group, client_id }),
    async invite(id, username) {
      const { invited = [] } = await chat.request<ConversationView>('PUT', memberPath(id, username));
      return invited.includes(username) ? 'invited' : 'member';
    },
  };
}
