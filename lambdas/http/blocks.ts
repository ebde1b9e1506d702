import { parseAs } from '#protocol/frames';
import { InboxQuery, type PeoplePage } from '#protocol/http';
import { blockedBy } from '../chat/block.ts';
import { showPeople } from '../chat/people.ts';
import type { Services } from '../runtime/services.ts';
import { offsetPage } from './link.ts';
import { type HttpAnswer, type HttpRequest, json } from './request.ts';

/** `GET /me/blocks`: whom one has blocked, by name. */
export async function blocks(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  const place = parseAs(InboxQuery, request.query, 'read the blocks');
  const { username } = request.speaker;
  const { slice, ...page } = offsetPage(services, request, await blockedBy(services, username), place);
  const answer: PeoplePage = { ...page, results: await showPeople(services, username, slice) };
  return json(200, answer);
}
