/** `@parley/client/groups`: groups, and invitations to them. To leave one: `conversation.leave()`. */
import type { Chat } from './chat.ts';
import { createInvitations, type Invitations } from './invitations.ts';
import { type GroupManagement, manageGroups } from './manage-groups.ts';

export { createInvitations, type Invitations } from './invitations.ts';
export { type GroupManagement, manageGroups, type NewGroup } from './manage-groups.ts';

/** Groups, and invitations to them. Close it when its chat is closed. */
export interface Groups extends Invitations, GroupManagement {}

/** Groups of a chat. It loads the invitations with each connection. */
export function createGroups(chat: Pick<Chat, 'request' | 'pages' | 'onEvent' | 'state'>): Groups {
  const invitations = createInvitations(chat);
  return {
    ...invitations,
    ...manageGroups(chat),
    // Behind the spread, which would read it once.
    get invitations() {
      return invitations.invitations;
    },
  };
}
