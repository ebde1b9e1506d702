import { parseAs } from '#protocol/frames';
import { FoundBody } from '#protocol/http';
import { found as foundGroup } from '../chat/found.ts';
import type { Services } from '../runtime/services.ts';
import { bodyOf, type HttpAnswer, type HttpRequest, json } from './request.ts';

/** `POST /conversations`: a managed group. Again with its `client_id`: the same group. */
export async function found(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  const body = parseAs(FoundBody, bodyOf(request), 'make the group');
  return json(201, await foundGroup(services, request.speaker, body));
}
