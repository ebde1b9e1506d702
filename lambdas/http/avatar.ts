import { parseAs } from '#protocol/frames';
import { AvatarBody } from '#protocol/http';
import type { Services } from '../runtime/services.ts';
import { bodyOf, type HttpAnswer, type HttpRequest, json } from './request.ts';
import { uploadForm } from './upload-form.ts';

/** `POST /me/avatar`: a form with which this picture can be posted to S3; `PATCH /me` then uses it. */
export async function avatar(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  const file = parseAs(AvatarBody, bodyOf(request), 'prepare the upload');
  const { username } = request.speaker;
  return json(201, await uploadForm(services, { conversation: username, user: username, ...file }));
}
