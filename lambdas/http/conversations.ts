import { changeSettings } from '../chat/change-settings.ts';
import { conversationView } from '../chat/conversation-view.ts';
import { createGroup } from '../chat/create-group.ts';
import { readInboxPlace, writeInboxPlace } from '../chat/inbox-address.ts';
import { inboxPage } from '../chat/inbox-page.ts';
import { toViews } from '../chat/inbox-views.ts';
import { accept, decline, invitationPage, isInvited } from '../chat/invitations.ts';
import { leaveConversation } from '../chat/leave-conversation.ts';
import { inviteMember, removeMember, updateGroup } from '../chat/manage-group.ts';
import { memberPage, removedPage } from '../chat/member-page.ts';
import { muteConversation } from '../chat/mute.ts';
import { requireMembership } from '../chat/require-membership.ts';
import type { HttpHandlers } from './handler.ts';
import { limitOf, link } from './pages.ts';

/** Conversations and who is in them. */
export const conversations: HttpHandlers<
  | 'acceptInvitation'
  | 'addMember'
  | 'createGroup'
  | 'declineInvitation'
  | 'getConversation'
  | 'listConversations'
  | 'listInvitations'
  | 'listMembers'
  | 'muteConversation'
  | 'removeMember'
  | 'unmuteConversation'
  | 'updateGroup'
  | 'updateSettings'
> = {
  async listConversations(services, request) {
    const { at, offset } = request.query;
    const limit = limitOf(request.query);
    const from = at === undefined ? offset : readInboxPlace(at);
    const { rows, next, count } = await inboxPage(services, request.caller.username, { from, limit });
    return {
      count,
      next: next ? link(services, request, { at: writeInboxPlace(next), limit }) : null,
      previous:
        at === undefined && offset > 0 ? link(services, request, { offset: Math.max(0, offset - limit), limit }) : null,
      results: await toViews(services, rows),
    };
  },

  async getConversation(services, { conversation, caller }) {
    await requireMembership(services, conversation, caller, { join: false });
    return conversationView(services, conversation, caller.username);
  },

  async listMembers(services, request) {
    const { conversation, caller, query } = request;
    const viewer = await requireMembership(services, conversation, caller, { join: false });
    const limit = limitOf(query);
    const place = { online: query.online === 'true', after: query.after, limit };
    const { members, next } =
      query.removed === 'true'
        ? await removedPage(services, conversation, viewer, place)
        : await memberPage(services, conversation, viewer, place);
    return {
      count: members.length,
      next: next === undefined ? null : link(services, request, { after: next, limit }),
      previous: null,
      results: members,
    };
  },

  async listInvitations(services, request) {
    const limit = limitOf(request.query);
    const { invitations, next } = await invitationPage(services, request.caller.username, {
      after: request.query.after,
      limit,
    });
    return {
      count: invitations.length,
      next: next === undefined ? null : link(services, request, { after: next, limit }),
      previous: null,
      results: invitations,
    };
  },

  acceptInvitation: (services, { conversation, caller }) => accept(services, conversation, caller),

  async declineInvitation(services, { conversation, caller }) {
    await decline(services, conversation, caller);
    return undefined;
  },

  createGroup: (services, { caller, body }) => createGroup(services, caller, body),

  updateGroup: (services, { conversation, caller, body }) => updateGroup(services, conversation, caller, body),

  async addMember(services, { conversation, caller, path: { username } }) {
    const isOwnName = username === caller.username;
    if (isOwnName && conversation.kind === 'group' && (await isInvited(services, conversation, caller))) {
      return accept(services, conversation, caller);
    }
    const comes = conversation.kind === 'room' || conversation.kind === 'fixed';
    if (!isOwnName || !comes) return inviteMember(services, conversation, caller, username);
    await requireMembership(services, conversation, caller, { join: true });
    return conversationView(services, conversation, username, [username]);
  },

  updateSettings: (services, { conversation, caller, body }) => changeSettings(services, conversation, caller, body),

  async muteConversation(services, { conversation, caller }) {
    await muteConversation(services, conversation, caller, true);
    return undefined;
  },

  async unmuteConversation(services, { conversation, caller }) {
    await muteConversation(services, conversation, caller, false);
    return undefined;
  },

  async removeMember(services, { conversation, caller, path: { username } }) {
    if (username === caller.username) await leaveConversation(services, conversation, caller);
    else await removeMember(services, conversation, caller, username);
    return undefined;
  },
};
