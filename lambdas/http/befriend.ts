import type { FriendAnswer } from '#protocol/http';
import { befriend as ask, unfriend as part } from '../chat/friends.ts';
import { readUserName } from '../chat/people.ts';
import type { Services } from '../runtime/services.ts';
import { type HttpAnswer, type HttpRequest, json } from './request.ts';

/** `PUT /me/friends/{username}`: asks, or accepts when they have asked. Again: the same. */
export async function befriend(services: Services, { speaker, parameters }: HttpRequest): Promise<HttpAnswer> {
  const answer: FriendAnswer = { state: await ask(services, speaker, readUserName(parameters.username ?? '')) };
  return json(200, answer);
}

/** `DELETE /me/friends/{username}`: takes a request back, refuses one, or ends the friendship. Again: the same. */
export async function unfriend(services: Services, { speaker, parameters }: HttpRequest): Promise<HttpAnswer> {
  await part(services, speaker, readUserName(parameters.username ?? ''));
  return { statusCode: 204 };
}
