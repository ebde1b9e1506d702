import { parseAs } from '#protocol/frames';
import { FoundBody } from '#protocol/http';
import { found as foundGroup } from '../chat/group.ts';
import type { Services } from '../runtime/services.ts';
import { bodyOf, type HttpAnswer, type HttpRequest, json } from './request.ts';

/** `POST /conversations`: a managed group. */
export async function found(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  const body = parseAs(FoundBody, bodyOf(request), 'make the group');
  return json(201, await foundGroup(services, request.speaker, body));
}
