import { parseAs } from '#protocol/frames';
import { CreateBody } from '#protocol/http';
import { send } from '../chat/send.ts';
import type { Services } from '../runtime/services.ts';
import { bodyOf, conversationOf, type HttpAnswer, type HttpRequest, json } from './request.ts';

/** `POST /conversations/{id}/messages`: `create` over HTTP, with the same idempotency and the same broadcast. */
export async function create(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  const draft = parseAs(CreateBody, bodyOf(request), 'send the message');
  return json(201, await send(services, conversationOf(request), request.speaker, draft));
}
