import { readUserName, showPerson } from '../chat/people.ts';
import type { Services } from '../runtime/services.ts';
import { type HttpAnswer, type HttpRequest, json } from './request.ts';

/** `GET /users/{username}`: somebody as others see them. */
export async function user(services: Services, { parameters, speaker }: HttpRequest): Promise<HttpAnswer> {
  return json(200, await showPerson(services, speaker.username, readUserName(parameters.username ?? '')));
}
