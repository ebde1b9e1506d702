import type { Me } from '#protocol/http';
import type { Services } from '../runtime/services.ts';
import { createUser, getUser } from '../store/user.ts';
import { type HttpAnswer, type HttpRequest, json } from './request.ts';

/** `GET /me`: who the token speaks of; makes the user on first sight, for identity providers without a sign-up trigger. */
export async function me(services: Services, { speaker }: HttpRequest): Promise<HttpAnswer> {
  const known = await getUser(services, speaker.username);
  if (!known) await createUser(services, speaker);
  const answer: Me = { username: speaker.username, name: known?.name ?? speaker.name };
  return json(200, answer);
}
