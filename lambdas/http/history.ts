import { unable } from '#protocol/errors';
import { parseAs } from '#protocol/frames';
import { type ChangesPage, HistoryQuery, type MessagePage } from '#protocol/http';
import { searchWords } from '#protocol/search';
import { toEvents } from '../chat/changes.ts';
import { enter } from '../chat/enter.ts';
import { changesAfter, pageAfter, pageAround, pageBefore, searchBefore } from '../chat/history.ts';
import type { Viewer } from '../chat/visible.ts';
import { toMessages } from '../delivery/render.ts';
import type { Services } from '../runtime/services.ts';
import { getHead, type Head } from '../store/head.ts';
import { limitOf, link } from './link.ts';
import { conversationOf, type HttpAnswer, type HttpRequest, json } from './request.ts';

/** `GET /conversations/{id}/messages`: newest first, or, with `after`, oldest first; with `q` those that have its words. */
export async function history(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  const { q, before, after, around, changes, ...asked } = parseAs(HistoryQuery, request.query, 'read the history');
  if ([before, after, around].filter((position) => position !== undefined).length > 1) {
    throw unable('invalid_frame', 'read the history', 'give one of before, after and around');
  }
  if (changes === 'true' && after === undefined) {
    throw unable(
      'invalid_frame',
      'read the changes',
      'they are read from a place in the log on: give after, 0 for all of it',
    );
  }
  if (q !== undefined && (after !== undefined || around !== undefined || changes === 'true')) {
    throw unable(
      'invalid_frame',
      'search',
      'a search goes back from the newest message, or from before: give q with no other place',
    );
  }
  const conversation = conversationOf(request);
  const viewer = await enter(services, conversation, request.speaker, { join: false });
  const head = await getHead(services, conversation.id);
  const limit = limitOf(asked);

  if (changes === 'true' && after !== undefined) {
    const page = await changesAfter(services, head, viewer, after, limit);
    const next = page.after === null ? null : link(services, request, { after: page.after, limit });
    const answer: ChangesPage = {
      count: head.seq,
      next,
      previous: null,
      results: await toEvents(services, page.entries, request.speaker.username, head.title),
    };
    return json(200, answer);
  }

  if (q !== undefined) {
    const words = searchWords(q);
    const page = await searchBefore(services, head, viewer, { before: before ?? head.seq + 1, limit, words });
    const next = page.before === null ? null : link(services, request, { before: page.before, limit });
    const results = await toMessages(services, page.entries, request.speaker.username);
    return json(200, { count: results.length, next, previous: null, results } satisfies MessagePage);
  }

  const page = await readPage(services, head, viewer, { before, after, around }, limit);
  const older = page.before === null ? null : link(services, request, { before: page.before, limit });
  const newer = page.after === null ? null : link(services, request, { after: page.after, limit });
  const forward = after !== undefined;
  const answer: MessagePage = {
    count: messagesOf(head, viewer),
    next: forward ? newer : older,
    previous: forward ? older : newer,
    results: await toMessages(services, page.entries, request.speaker.username),
  };
  return json(200, answer);
}

function readPage(
  services: Services,
  head: Head,
  viewer: Viewer,
  { before, after, around }: { before?: number | undefined; after?: number | undefined; around?: number | undefined },
  limit: number,
) {
  if (after !== undefined) return pageAfter(services, head, viewer, after, limit);
  if (around !== undefined) return pageAround(services, head, viewer, around, limit);
  return pageBefore(services, head, viewer, before ?? head.seq + 1, limit);
}

/** Messages that the conversation has for this member: without those that were deleted, or cleared away. */
function messagesOf({ count, gone, forgotten }: Head, { cleared }: Viewer): number {
  if (cleared.seq === 0) return count - gone.size - forgotten;
  return count - cleared.count - [...gone].filter((seq) => seq > cleared.seq).length;
}
