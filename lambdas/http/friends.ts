import * as z from 'zod/mini';
import { block, blockedBy, unblock } from '../chat/block.ts';
import { befriend, friendsIn, unfriend } from '../chat/friends.ts';
import { getProfiles } from '../chat/people.ts';
import type { HttpHandlers } from './handler.ts';
import { listPage } from './list-page.ts';

const ByName = z.tuple([z.string()]);
/** The latest first. */
const ByTime = z.tuple([z.number(), z.string()]);

/** Friends, requests and blocks. */
export const friends: HttpHandlers<
  'addFriend' | 'blockUser' | 'listBlocks' | 'listFriends' | 'removeFriend' | 'unblockUser'
> = {
  async listFriends(services, request) {
    const { username } = request.caller;
    const { state } = request.query;
    const friends = await friendsIn(services, username, state);
    const { slice, ...page } =
      state === 'friends'
        ? listPage(services, request, friends, ({ other }) => [other], ByName)
        : listPage(services, request, friends, ({ at, other }) => [-at, other], ByTime);
    const names = slice.map(({ other }) => other);
    return { ...page, results: await getProfiles(services, username, names) };
  },

  addFriend: async (services, { caller, path }) => ({ state: await befriend(services, caller, path.username) }),

  async removeFriend(services, { caller, path }) {
    await unfriend(services, caller, path.username);
    return undefined;
  },

  async listBlocks(services, request) {
    const { username } = request.caller;
    const names = await blockedBy(services, username);
    const { slice, ...page } = listPage(services, request, names, (name) => [name], ByName);
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
