import {
  createInviteLink,
  joinByLink,
  listInviteLinks,
  revokeInviteLink,
  showInviteLink,
} from '../chat/invite-links.ts';
import type { HttpHandlers } from './handler.ts';
import { wholeList } from './pages.ts';

/** Invite links, for who makes them and for who follows them. */
export const inviteLinks: HttpHandlers<
  'createInviteLink' | 'getInviteLink' | 'listInviteLinks' | 'revokeInviteLink' | 'useInviteLink'
> = {
  createInviteLink: (services, { conversation, caller, body: { expires_in: seconds, max_uses: most } }) =>
    createInviteLink(services, conversation, caller, { seconds, most }),

  async listInviteLinks(services, { conversation, caller }) {
    return wholeList(await listInviteLinks(services, conversation, caller));
  },

  async revokeInviteLink(services, { conversation, caller, path: { code } }) {
    await revokeInviteLink(services, conversation, caller, code);
    return undefined;
  },

  getInviteLink: (services, { caller, path: { code } }) => showInviteLink(services, caller, code),

  useInviteLink: (services, { caller, path: { code } }) => joinByLink(services, caller, code),
};
