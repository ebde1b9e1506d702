import * as z from 'zod/mini';
import { ChatError } from '#protocol/errors';
import { type Conversation, readConversation } from '#protocol/names';
import { type Operation, type OperationName, operation } from '#protocol/operations';
import { parseAs, parseObject } from '#protocol/parse';
import { accountOf, type Identity, readIdentity } from '../identity/claims.ts';
import { whyNobody } from '../identity/why-nobody.ts';
import type { RequestBase } from './handler.ts';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html (payload format 2.0) */
export const HttpEvent = z.object({
  routeKey: z.string(),
  rawPath: z.string(),
  body: z.optional(z.string()),
  isBase64Encoded: z.boolean(),
  pathParameters: z._default(z.record(z.string(), z.string()), {}),
  queryStringParameters: z._default(z.record(z.string(), z.string()), {}),
  requestContext: z.object({
    timeEpoch: z.number(),
    authorizer: z.object({ jwt: z.object({ claims: z.record(z.string(), z.unknown()) }) }),
  }),
});
export type HttpEvent = z.infer<typeof HttpEvent>;

/** Whose token came with a request. */
export interface Credentials {
  readonly caller: Identity;
  /** The caller's name as the identity provider writes it. */
  readonly account: string;
  /** ms; when the token was issued. 0: the token does not say. */
  readonly issued: number;
}

/** @throws ChatError `unauthenticated` when the token names no user */
export function readCredentials({ requestContext }: HttpEvent, usernameClaim: string | undefined): Credentials {
  const { claims } = requestContext.authorizer.jwt;
  const caller = readIdentity(claims, usernameClaim);
  const account = accountOf(claims, usernameClaim);
  if (caller && account !== undefined) return { caller, account, issued: (Number(claims.iat) || 0) * 1_000 };
  throw new ChatError('unauthenticated', whyNobody(claims, usernameClaim), { task: 'tell who you are' });
}

/**
 * The event as the operation's declaration says.
 * @throws ChatError `invalid_frame`, `forbidden`
 */
export function readRequest(
  event: HttpEvent,
  name: OperationName,
  { caller, account, user }: Pick<RequestBase, 'caller' | 'account' | 'user'>,
): RequestBase & { readonly conversation: Conversation | undefined } {
  const { path, query, inConversation, ...declared } = operation(name);
  // In the order in which errors are answered: a closed conversation comes before the rest of the path.
  const request = {
    caller,
    account,
    user,
    address: { path: event.rawPath, query: event.queryStringParameters },
    body: readBody(event, declared),
    query: query && parseAs(query, event.queryStringParameters),
    conversation: inConversation ? readConversation(conversationName(event), caller.username) : undefined,
    path: path && parsePath(path, event.pathParameters),
  };
  return request;
}

function readBody(event: HttpEvent, { body, bodyOptional }: Pick<Operation, 'body' | 'bodyOptional'>): unknown {
  if (!body) return undefined;
  const text = event.isBase64Encoded ? Buffer.from(event.body ?? '', 'base64').toString() : event.body;
  return parseAs(body, bodyOptional && !text ? {} : parseObject(text, 'body'));
}

const pathSchemas = new WeakMap<object, z.ZodMiniType<Record<string, unknown>>>();

/** The schema of all parameters is built once for each declared path. */
function parsePath(path: NonNullable<Operation['path']>, parameters: HttpEvent['pathParameters']): object {
  const schema = pathSchemas.get(path) ?? z.object(path);
  pathSchemas.set(path, schema);
  return parseAs(schema, parameters);
}

/** `/conversations/{id}/…`, `/chat/{room}/…` (a bare name is the room's), or `?conversation=`. */
function conversationName({ pathParameters: { id, room }, queryStringParameters }: HttpEvent): string {
  const name = room === undefined ? (id ?? queryStringParameters.conversation) : roomName(room);
  if (name !== undefined) return name;
  throw new ChatError('invalid_frame', 'it names no conversation: add ?conversation=alice_bob', { task: 'answer' });
}

function roomName(room: string): string {
  return room.startsWith('room:') ? room : `room:${room}`;
}
