import { parseAs } from '#protocol/frames';
import { FriendsQuery, type PeoplePage } from '#protocol/http';
import { friendNames } from '../chat/friends.ts';
import { showPeople } from '../chat/people.ts';
import type { Services } from '../runtime/services.ts';
import { offsetPage } from './link.ts';
import { type HttpAnswer, type HttpRequest, json } from './request.ts';

/** `GET /me/friends?state=`: friends by name, or requests, latest first. */
export async function friends(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  const { state, ...place } = parseAs(FriendsQuery, request.query, 'read the friends');
  const { username } = request.speaker;
  const { slice, ...page } = offsetPage(services, request, await friendNames(services, username, state), place);
  const answer: PeoplePage = { ...page, results: await showPeople(services, username, slice) };
  return json(200, answer);
}
