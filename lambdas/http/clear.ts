import { parseAs } from '#protocol/frames';
import { ClearQuery } from '#protocol/http';
import { clearHistory } from '../chat/hide.ts';
import type { Services } from '../runtime/services.ts';
import { conversationOf, type HttpAnswer, type HttpRequest, json } from './request.ts';

/** `DELETE /conversations/{id}/messages`: `clear` over HTTP, for oneself alone. */
export async function clear(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  const { up_to: upTo } = parseAs(ClearQuery, request.query, 'clear the history');
  return json(200, await clearHistory(services, conversationOf(request), request.speaker, upTo));
}
