import { parseAs } from '#protocol/frames';
import { ReadBody } from '#protocol/http';
import { markRead } from '../chat/read.ts';
import type { Services } from '../runtime/services.ts';
import { conversationOf, type HttpAnswer, type HttpRequest, json, optionalBodyOf } from './request.ts';

/** `POST /conversations/{id}/read`: `read_messages` over HTTP. */
export async function read(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  const { up_to: upTo } = parseAs(ReadBody, optionalBodyOf(request), 'mark as read');
  return json(200, await markRead(services, conversationOf(request), request.speaker, upTo));
}
