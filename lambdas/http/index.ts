/** Every route of the HTTP API. */
import { ChatError, errorStatus } from '#protocol/errors';
import { type HttpOperation, httpRoutes, operation } from '#protocol/operations';
import { requireUser } from '../chat/require-user.ts';
import { createHandler } from '../runtime/create-handler.ts';
import { openServices } from '../runtime/services.ts';
import { account } from './account.ts';
import { conversations } from './conversations.ts';
import { files } from './files.ts';
import { friends } from './friends.ts';
import type { HttpHandlers, RequestBase } from './handler.ts';
import { messages } from './messages.ts';
import { people } from './people.ts';
import { pushDevices } from './push-devices.ts';
import { HttpEvent, readCredentials, readRequest } from './request.ts';

const handlers: HttpHandlers = {
  ...account,
  ...conversations,
  ...files,
  ...friends,
  ...messages,
  ...people,
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
  logKeys: ({ routeKey, requestContext }) => ({
    route: routeKey,
    user: String(requestContext.authorizer.jwt.claims.sub),
  }),
  async run(event): Promise<HttpAnswer> {
    const name = operationOf(event);
    const credentials = readCredentials(event, process.env.USERNAME_CLAIM);
    // The one place that reads the caller's user: every route refuses another person under the same name, a deleted user and an old token.
    const { afterDeletion } = operation(name);
    const user = await requireUser(services, credentials.caller, credentials.issued, { afterDeletion });
    const request = readRequest(event, name, { ...credentials, user });
    // TypeScript cannot see that handler and request belong to the same operation.
    const handle = handlers[name] as (open: typeof services, request: RequestBase) => Promise<unknown>;
    const answer = await handle(services, request);
    if (answer === undefined) return { statusCode: 204, headers: { 'cache-control': 'no-store' } };
    const { status = 200 } = operation(name).answer ?? {};
    if (status === 302) return { statusCode: 302, headers: { location: String(answer), 'cache-control': 'no-store' } };
    return json(status, answer);
  },
  answerError(error, event) {
    const { code, retryAfter } = error;
    const message = error.sentence(taskOf(event));
    const answer = json(errorStatus[code], { error: { code, message, retry_after: retryAfter } });
    if (retryAfter === undefined) return answer;
    return { ...answer, headers: { ...answer.headers, 'retry-after': String(retryAfter) } };
  },
});

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
