/** Every route of the HTTP API. */
import { ChatError, errorStatus } from '#protocol/errors';
import { limits, type RateLimit, rates } from '#protocol/limits';
import { type HttpOperation, httpRoutes, type Operation, operation } from '#protocol/operations';
import { requireUser } from '../chat/require-user.ts';
import { assertRate, owe } from '../chat/user-limits.ts';
import { createHandler } from '../runtime/create-handler.ts';
import { openServices } from '../runtime/services.ts';
import { account } from './account.ts';
import { conversations } from './conversations.ts';
import { files } from './files.ts';
import { friends } from './friends.ts';
import type { HttpHandlers, RequestBase } from './handler.ts';
import { inviteLinks } from './invite-links.ts';
import { messages } from './messages.ts';
import { people } from './people.ts';
import { pins } from './pins.ts';
import { pushDevices } from './push-devices.ts';
import { HttpEvent, readCredentials, readRequest } from './request.ts';

const handlers: HttpHandlers = {
  ...account,
  ...conversations,
  ...files,
  ...friends,
  ...inviteLinks,
  ...messages,
  ...people,
  ...pins,
  ...pushDevices,
};

interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const services = openServices(process.env);

export const handler = createHandler({
  services,
  event: HttpEvent,
  logKeys: ({ routeKey }) => ({ route: routeKey }),
  received: ({ requestContext }) => requestContext.timeEpoch,
  async run(event, { log }): Promise<HttpAnswer> {
    const name = operationOf(event);
    const credentials = readCredentials(event, process.env.USERNAME_CLAIM);
    log.addKeys({ user: credentials.caller.username });
    // The one place that reads the caller's user: every route refuses another person under the same name, a deleted user and an old token.
    const { afterDeletion } = operation(name);
    const user = await requireUser(services, credentials.caller, credentials.issued, { afterDeletion });
    const request = readRequest(event, name, { ...credentials, user });
    log.addKeys({ conversation: request.conversation?.id });
    // TypeScript cannot see that handler and request belong to the same operation.
    const handle = handlers[name] as (open: typeof services, request: RequestBase) => Promise<unknown>;
    const { rate, answer: { status = 200 } = {} } = operation(name);
    await assertRequestRate(services, request.caller.username, rate);
    const answer = await handle(services, request).catch((error: unknown) => {
      if (rate === 'sends') owe(services, request.caller.username, 'requests', 1);
      throw error;
    });
    if (answer === undefined) return { statusCode: 204, headers: { 'cache-control': 'no-store' } };
    if (status === 302) return { statusCode: 302, headers: { location: String(answer), 'cache-control': 'no-store' } };
    return paid(request.caller.username, json(status, answer));
  },
  answerError(error, event) {
    const { code, retryAfter } = error;
    const message = error.sentence(taskOf(event));
    const answer = json(errorStatus[code], { error: { code, message, retry_after: retryAfter } });
    if (retryAfter === undefined) return answer;
    return { ...answer, headers: { ...answer.headers, 'retry-after': String(retryAfter) } };
  },
});

/**
 * Requests that send are limited by the member's send bucket, which the deployer may make as large as they like. They only pay for those that
 * were refused.
 * @throws ChatError `rate_limited`
 */
async function assertRequestRate(open: typeof services, username: string, rate: Operation['rate']): Promise<void> {
  await assertRate(open, username, 'requests', { tokens: rate === 'sends' ? 0 : 1 });
  if (rate === undefined || rate === 'sends') return;
  const { inItem }: RateLimit = rates[rate];
  if (!inItem) await assertRate(open, username, rate);
}

/** Reading and sending a long answer costs more than a short one. */
function paid(username: string, answer: HttpAnswer): HttpAnswer {
  owe(services, username, 'requests', Math.floor((answer.body ?? '').length / limits.answerBytesPerToken));
  return answer;
}

/** The stack makes routes from the same table, so no other route can come. */
function operationOf({ routeKey }: HttpEvent): HttpOperation {
  const name = httpRoutes.get(routeKey);
  if (name !== undefined) return name;
  throw new ChatError('not_found', `there is no route ${routeKey}`, { task: 'answer' });
}

/** What was asked for, with the names that the path has: `invite bob`. */
function taskOf({ routeKey, pathParameters }: HttpEvent): string {
  const name = httpRoutes.get(routeKey);
  const task = name === undefined ? 'answer' : operation(name).task;
  return task.replace(/\{(\w+)\}/g, (_, parameter: string) => shortened(pathParameters[parameter] ?? 'it'));
}

/** A name from a path: it may be anything, and a sentence has room for a short one. */
function shortened(name: string): string {
  return name.length <= 64 && /^[\x21-\x7e]+$/.test(name) ? name.toLowerCase() : JSON.stringify(name.slice(0, 40));
}

function json(statusCode: number, value: unknown): HttpAnswer {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(value),
  };
}
