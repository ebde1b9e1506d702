import { parseAs } from '#protocol/frames';
import { MeBody } from '#protocol/http';
import { claimAvatar } from '../chat/claim-attachments.ts';
import type { Services } from '../runtime/services.ts';
import { ensureUser, updateProfile } from '../store/user.ts';
import { toMe } from './me.ts';
import { bodyOf, type HttpAnswer, type HttpRequest, json } from './request.ts';

/** `PATCH /me`: the name and the picture that others are shown from now on, also beside what was said before. */
export async function profile(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  const { name, avatar: upload } = parseAs(MeBody, bodyOf(request), 'change the profile');
  const user = await ensureUser(services, request.speaker);
  if (name === undefined && upload === undefined) return json(200, await toMe(services, user));
  const avatar = typeof upload === 'string' ? await claimAvatar(services, user.username, upload) : upload;
  return json(200, await toMe(services, await updateProfile(services, user.username, { name, avatar })));
}
