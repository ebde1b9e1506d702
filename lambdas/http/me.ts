import type { Me } from '#protocol/http';
import { avatarUrl } from '../chat/people.ts';
import type { Services } from '../runtime/services.ts';
import { ensureUser, type User } from '../store/user.ts';
import { type HttpAnswer, type HttpRequest, json } from './request.ts';

/** `GET /me`: who the token speaks of; makes the user on first sight, for identity providers without a sign-up trigger. */
export async function me(services: Services, { speaker }: HttpRequest): Promise<HttpAnswer> {
  return json(200, await toMe(services, await ensureUser(services, speaker)));
}

export async function toMe(services: Pick<Services, 'bucket'>, { username, name, avatar }: User): Promise<Me> {
  return { username, name, avatar: await avatarUrl(services, avatar) };
}
