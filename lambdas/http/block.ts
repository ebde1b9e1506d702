import { block as keepOut, unblock as letIn } from '../chat/block.ts';
import { readUserName } from '../chat/people.ts';
import type { Services } from '../runtime/services.ts';
import type { HttpAnswer, HttpRequest } from './request.ts';

/** `PUT /me/blocks/{username}`: nothing that they do in the direct conversation is accepted any more. Again: the same. */
export async function block(services: Services, { speaker, parameters }: HttpRequest): Promise<HttpAnswer> {
  await keepOut(services, speaker, readUserName(parameters.username ?? ''));
  return { statusCode: 204 };
}

/** `DELETE /me/blocks/{username}`: as before the block. Again: the same. */
export async function unblock(services: Services, { speaker, parameters }: HttpRequest): Promise<HttpAnswer> {
  await letIn(services, speaker, readUserName(parameters.username ?? ''));
  return { statusCode: 204 };
}
