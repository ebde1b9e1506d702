import * as z from 'zod/mini';
import { unable } from '#protocol/errors';
import { parseObject } from '#protocol/frames';
import { type Conversation, isUserName, readConversation } from '#protocol/names';
import type { Speaker } from '../chat/enter.ts';
import { accountOf, readIdentity } from '../identity/claims.ts';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html (payload format 2.0) */
const HttpEvent = z.object({
  routeKey: z.string(),
  rawPath: z.string(),
  body: z.optional(z.string()),
  isBase64Encoded: z.boolean(),
  pathParameters: z.optional(z.record(z.string(), z.string())),
  queryStringParameters: z.optional(z.record(z.string(), z.string())),
  requestContext: z.object({
    authorizer: z.object({ jwt: z.object({ claims: z.record(z.string(), z.unknown()) }) }),
  }),
});

export interface HttpRequest {
  readonly route: string;
  readonly path: string;
  readonly speaker: Speaker;
  /** The speaker's name as the identity provider writes it. */
  readonly account: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * @throws ChatError `unauthenticated` when the token names no user
 */
export function readHttpEvent(event: unknown, usernameClaim: string | undefined): HttpRequest {
  const parsed = z.parse(HttpEvent, event);
  const { claims } = parsed.requestContext.authorizer.jwt;
  const identity = readIdentity(claims, usernameClaim);
  const account = accountOf(claims, usernameClaim);
  if (!identity || account === undefined)
    throw unable('unauthenticated', 'tell who you are', 'the token names no user of at most 64 characters');
  const { body, isBase64Encoded } = parsed;
  return {
    route: parsed.routeKey,
    path: parsed.rawPath,
    speaker: identity,
    account,
    parameters: parsed.pathParameters ?? {},
    query: parsed.queryStringParameters ?? {},
    body: body !== undefined && isBase64Encoded ? Buffer.from(body, 'base64').toString() : body,
  };
}

/**
 * The conversation of a request: `/conversations/{id}/…`, `/chat/{room}/…` (a bare name is the room's), or `?conversation=`.
 * @throws ChatError `invalid_frame`, `forbidden`
 */
export function conversationOf({ parameters, query, speaker }: HttpRequest): Conversation {
  const { id, room } = parameters;
  if (room !== undefined) return readConversation(room.startsWith('room:') ? room : `room:${room}`, speaker.username);
  const name = id ?? query.conversation;
  if (name === undefined)
    throw unable('invalid_frame', 'answer', 'it names no conversation: add ?conversation=alice_bob');
  return readConversation(name, speaker.username);
}

/**
 * The message of a path `/conversations/{id}/messages/{seq}`.
 * @throws ChatError `invalid_frame`
 */
export function seqOf({ parameters }: HttpRequest): number {
  const { seq = '' } = parameters;
  if (/^[1-9]\d{0,11}$/.test(seq)) return Number(seq);
  throw unable('invalid_frame', 'find the message', 'the path ends with its seq, a whole number from 1');
}

/**
 * The person of a path `/conversations/{id}/members/{username}`.
 * @throws ChatError `invalid_frame`
 */
export function personOf({ parameters }: HttpRequest): string {
  const username = (parameters.username ?? '').toLowerCase();
  if (isUserName(username)) return username;
  throw unable('invalid_frame', 'find the member', 'the path ends with a user name');
}

/** @throws ChatError `invalid_frame` */
export function bodyOf(request: HttpRequest): Record<string, unknown> {
  return parseObject(request.body, 'body');
}

/** Reading does not need a body. */
export function optionalBodyOf(request: HttpRequest): Record<string, unknown> {
  return request.body === undefined || request.body === '' ? {} : bodyOf(request);
}

export function json(statusCode: number, value: unknown): HttpAnswer {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(value),
  };
}
