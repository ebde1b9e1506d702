import { block, blockedBy, unblock } from '../chat/block.ts';
import { befriend, friendNames, unfriend } from '../chat/friends.ts';
import { getProfiles } from '../chat/people.ts';
import type { HttpHandlers } from './handler.ts';
import { offsetPage } from './pages.ts';

/** Friends, requests and blocks. */
export const friends: HttpHandlers<
  'addFriend' | 'blockUser' | 'listBlocks' | 'listFriends' | 'removeFriend' | 'unblockUser'
> = {
  async listFriends(services, request) {
    const { username } = request.caller;
    const names = await friendNames(services, username, request.query.state);
    const { slice, ...page } = offsetPage(services, request, names);
    return { ...page, results: await getProfiles(services, username, slice) };
  },

  addFriend: async (services, { caller, path }) => ({ state: await befriend(services, caller, path.username) }),

  async removeFriend(services, { caller, path }) {
    await unfriend(services, caller, path.username);
    return undefined;
  },

  async listBlocks(services, request) {
    const { username } = request.caller;
    const { slice, ...page } = offsetPage(services, request, await blockedBy(services, username));
    return { ...page, results: await getProfiles(services, username, slice) };
  },

  async blockUser(services, { caller, path }) {
    await block(services, caller, path.username);
    return undefined;
  },

  async unblockUser(services, { caller, path }) {
    await unblock(services, caller, path.username);
    return undefined;
  },
};
