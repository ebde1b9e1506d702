import { enter } from '../chat/enter.ts';
import { viewOf } from '../chat/view.ts';
import type { Services } from '../runtime/services.ts';
import { conversationOf, type HttpAnswer, type HttpRequest, json } from './request.ts';

/** `GET /conversations/{id}`: one conversation as its member sees it, with every member's cursor. */
export async function conversation(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  const asked = conversationOf(request);
  await enter(services, asked, request.speaker, { join: false });
  return json(200, await viewOf(services, asked, request.speaker.username));
}
