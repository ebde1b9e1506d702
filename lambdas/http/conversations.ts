import { parseAs } from '#protocol/frames';
import { type ConversationPage, InboxQuery } from '#protocol/http';
import { limits } from '#protocol/limits';
import { readInbox, toViews } from '../chat/inbox.ts';
import type { Services } from '../runtime/services.ts';
import { link } from './link.ts';
import { type HttpAnswer, type HttpRequest, json } from './request.ts';

/** `GET /conversations`: the inbox, latest first. */
export async function conversations(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  const { offset, limit: asked } = parseAs(InboxQuery, request.query, 'read the inbox');
  const limit = Math.min(Math.max(asked, 1), limits.pageMaximum);
  const inbox = await readInbox(services, request.speaker.username);
  const to = (from: number) => link(services, request, { offset: from, limit });
  const page: ConversationPage = {
    count: inbox.length,
    next: offset + limit < inbox.length ? to(offset + limit) : null,
    previous: offset > 0 ? to(Math.max(0, offset - limit)) : null,
    results: await toViews(services, inbox.slice(offset, offset + limit)),
  };
  return json(200, page);
}
