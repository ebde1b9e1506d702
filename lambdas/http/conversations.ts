import { parseAs } from '#protocol/frames';
import { type ConversationPage, InboxQuery } from '#protocol/http';
import { readInbox, toViews } from '../chat/inbox.ts';
import type { Services } from '../runtime/services.ts';
import { offsetPage } from './link.ts';
import { type HttpAnswer, type HttpRequest, json } from './request.ts';

/** `GET /conversations`: the inbox, latest first. */
export async function conversations(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  const place = parseAs(InboxQuery, request.query, 'read the inbox');
  const inbox = await readInbox(services, request.speaker.username);
  const { slice, ...page } = offsetPage(services, request, inbox, place);
  const answer: ConversationPage = { ...page, results: await toViews(services, slice) };
  return json(200, answer);
}
