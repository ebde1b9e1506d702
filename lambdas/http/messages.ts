import { ChatError } from '#protocol/errors';
import { searchWords } from '#protocol/search';
import { addOrRemoveReaction, deleteMessage, editMessage } from '../chat/change-message.ts';
import { clearHistory, deleteMessageForMe } from '../chat/delete-for-me.ts';
import { pageAfter, pageAround, pageBefore, searchBefore } from '../chat/history.ts';
import { toLogEvents } from '../chat/log-events.ts';
import { markRead } from '../chat/mark-read.ts';
import { messageCount } from '../chat/message-count.ts';
import { requireMembership } from '../chat/require-membership.ts';
import { sendMessage } from '../chat/send-message.ts';
import { assertRate } from '../chat/user-limits.ts';
import type { Viewer } from '../chat/visible.ts';
import { toMessages } from '../delivery/render.ts';
import type { Services } from '../runtime/services.ts';
import { type ConversationState, getConversationState } from '../store/conversation-state.ts';
import { isNotSealed, isShown } from '../store/entry.ts';
import type { HttpHandlers, HttpRequest } from './handler.ts';
import { limitOf, link } from './pages.ts';

/** Messages of a conversation, their changes, and the cursors of their reader. */
export const messages: HttpHandlers<
  | 'addReaction'
  | 'clearHistory'
  | 'deleteMessage'
  | 'editMessage'
  | 'listMessages'
  | 'markRead'
  | 'removeReaction'
  | 'sendMessage'
> = {
  sendMessage: (services, { conversation, caller, body }) => sendMessage(services, conversation, caller, body),

  editMessage: (services, { body, ...request }) =>
    editMessage(services, { ...request, target: request.path, clientId: body.client_id }, body.message),

  async deleteMessage(services, { query, ...request }) {
    const { conversation, caller, path: target } = request;
    const deletion = { conversation, caller, target, clientId: query.client_id };
    if (query.for === 'everyone') return deleteMessage(services, deletion);
    await deleteMessageForMe(services, deletion);
    return undefined;
  },

  addReaction: (services, request) => changeReaction(services, request, false),
  removeReaction: (services, request) => changeReaction(services, request, true),

  markRead: (services, { conversation, caller, body }) => markRead(services, conversation, caller, body.up_to),

  clearHistory: (services, { conversation, caller, query }) =>
    clearHistory(services, conversation, caller, query.up_to),

  async listMessages(services, request) {
    assertOnePlace(request.query);
    const { conversation, caller, query } = request;
    const viewer = await requireMembership(services, conversation, caller, { join: false });
    const state = await getConversationState(services, conversation.id);
    if (query.changes === 'true') return listChanges(services, request, viewer, state);
    if (query.q !== undefined) {
      await assertRate(services, caller.username, 'search');
      return search(services, request, viewer, state, query.q);
    }

    const limit = limitOf(query);
    const page = await readPage(services, state, viewer, query, limit);
    const older = page.before === null ? null : link(services, request, { before: page.before, limit });
    const newer = page.after === null ? null : link(services, request, { after: page.after, limit });
    const oldestFirst = query.after !== undefined;
    return {
      count: await messageCount(services, state, viewer, page.range),
      next: oldestFirst ? newer : older,
      previous: oldestFirst ? older : newer,
      results: await toMessages(services, page.entries, caller.username),
    };
  },
};

type HistoryRequest = HttpRequest<'listMessages'>;
type HistoryQuery = HistoryRequest['query'];

/** @throws ChatError `invalid_frame` for a query that names several places, or none where it must name one */
function assertOnePlace({ q, before, after, around, changes }: HistoryQuery): void {
  if ([before, after, around].filter((place) => place !== undefined).length > 1) {
    throw new ChatError('invalid_frame', 'give one of before, after and around');
  }
  if (changes === 'true' && after === undefined) {
    throw new ChatError('invalid_frame', 'changes are read from a place in the log: give after, 0 for all of them');
  }
  if (q !== undefined && (after !== undefined || around !== undefined || changes === 'true')) {
    const reason = 'a search goes back from the newest message, or from before: give q with no other place';
    throw new ChatError('invalid_frame', reason);
  }
}

async function listChanges(services: Services, request: HistoryRequest, viewer: Viewer, state: ConversationState) {
  const limit = limitOf(request.query);
  const page = await pageAfter(services, state, viewer, request.query.after ?? 0, limit, isNotSealed);
  return {
    count: state.seq,
    next: page.after === null ? null : link(services, request, { after: page.after, limit }),
    previous: null,
    results: await toLogEvents(services, page.entries, request.caller.username, state.title),
  };
}

async function search(
  services: Services,
  request: HistoryRequest,
  viewer: Viewer,
  state: ConversationState,
  q: string,
) {
  const limit = limitOf(request.query);
  const { before = state.seq + 1 } = request.query;
  const page = await searchBefore(services, state, viewer, { before, limit, words: searchWords(q) });
  const results = await toMessages(services, page.entries, request.caller.username);
  const next = page.before === null ? null : link(services, request, { before: page.before, limit });
  return { count: results.length, next, previous: null, results };
}

function readPage(
  services: Services,
  state: ConversationState,
  viewer: Viewer,
  { before = state.seq + 1, after, around }: HistoryQuery,
  limit: number,
) {
  if (after !== undefined) return pageAfter(services, state, viewer, after, limit, isShown);
  if (around !== undefined) return pageAround(services, state, viewer, around, limit);
  return pageBefore(services, state, viewer, before, limit);
}

function changeReaction(
  services: Services,
  { conversation, caller, path: { seq, emoji }, query }: HttpRequest<'addReaction'>,
  removed: boolean,
) {
  const change = { conversation, caller, target: { seq }, clientId: query.client_id };
  return addOrRemoveReaction(services, change, { emoji, removed });
}
