import { pinMessage, pinnedMessages, unpinMessage } from '../chat/pins.ts';
import { requireMembership } from '../chat/require-membership.ts';
import type { HttpHandlers } from './handler.ts';
import { wholeList } from './pages.ts';

/** Pinned messages. */
export const pins: HttpHandlers<'listPinned' | 'pinMessage' | 'unpinMessage'> = {
  async listPinned(services, { conversation, caller }) {
    const member = await requireMembership(services, conversation, caller, { join: false });
    return wholeList(await pinnedMessages(services, conversation, member));
  },

  async pinMessage(services, { conversation, caller, path: { seq } }) {
    await pinMessage(services, conversation, caller, seq);
    return undefined;
  },

  async unpinMessage(services, { conversation, caller, path: { seq } }) {
    await unpinMessage(services, conversation, caller, seq);
    return undefined;
  },
};
