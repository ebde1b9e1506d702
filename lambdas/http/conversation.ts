import { enter } from '../chat/enter.ts';
import { toViews } from '../chat/inbox.ts';
import { unreadCount } from '../chat/log.ts';
import { memberNames } from '../chat/members.ts';
import type { Services } from '../runtime/services.ts';
import { getHead } from '../store/head.ts';
import { conversationOf, type HttpAnswer, type HttpRequest, json } from './request.ts';

/** `GET /conversations/{id}`: one conversation as its member sees it, with every member's cursor. */
export async function conversation(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  const asked = conversationOf(request);
  const membership = await enter(services, asked, request.speaker, { join: false });
  const [head, names] = await Promise.all([getHead(services, asked.id), memberNames(services, asked)]);
  const row = { head, membership, unread: unreadCount(head, membership.read) };
  const [view] = await toViews(services, [row], names);
  return json(200, view);
}
