/**
 * Decides on every new WebSocket connection: whose token it is, and what the socket shall receive. API Gateway repeats the answer's
 * `context` on every later event of the connection, so nothing has to be read to know who is speaking.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
import { Logger } from '@aws-lambda-powertools/logger';
import * as z from 'zod/mini';
import { ChatError, errorStatus } from '#protocol/errors';
import { readConversation } from '#protocol/names';
import { type Scope, scopeToText } from '#protocol/scope';
import { startVerifier } from './identity/verify.ts';

const Environment = z.object({
  ISSUER: z.string(),
  AUDIENCE: z.string(),
  USERNAME_CLAIM: z.optional(z.string()),
  ALLOWED_ORIGINS: z._default(z.string(), '*'),
});

const AuthorizerEvent = z.object({
  methodArn: z.string(),
  headers: z.optional(z.record(z.string(), z.string())),
  queryStringParameters: z.optional(z.nullable(z.record(z.string(), z.string()))),
});

const { ISSUER, AUDIENCE, USERNAME_CLAIM, ALLOWED_ORIGINS } = z.parse(Environment, process.env);
const log = new Logger();
const verify = startVerifier({ issuer: ISSUER, audience: AUDIENCE.split(','), usernameClaim: USERNAME_CLAIM });
const origins = ALLOWED_ORIGINS.split(',');

export async function handler(event: unknown) {
  const { methodArn, headers = {}, queryStringParameters } = z.parse(AuthorizerEvent, event);
  const header = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const query = queryStringParameters ?? {};

  const origin = header.get('origin');
  if (origin !== undefined && !origins.includes('*') && !origins.includes(origin))
    return policy('Deny', methodArn, 'nobody');

  const token = query.token ?? tokenFrom(header.get('sec-websocket-protocol'));
  const identity = token === undefined ? undefined : await verify(token);
  if (!identity?.ok) {
    log.info('refused', { why: identity?.why ?? 'no token' });
    // The one word that API Gateway turns into 401; it is not an error of ours.
    throw new Error('Unauthorized');
  }
  const { username, name, expires, issued } = identity;
  return policy('Allow', methodArn, username, { username, name, expires, issued, ...readScope(query, username) });
}

/** `parley.v1, token.<JWT>`: the way that keeps tokens out of addresses. */
function tokenFrom(protocols: string | undefined): string | undefined {
  const offered = protocols?.split(',').map((protocol) => protocol.trim());
  return offered?.find((protocol) => protocol.startsWith('token.'))?.slice('token.'.length);
}

/** Names that make no sense, or not for this user, are left for `$connect` to refuse, which can say why; an authorizer can only say no. */
function readScope(
  query: Readonly<Record<string, string>>,
  me: string,
): { scope: string; problem?: string; status?: number } {
  try {
    return { scope: scopeToText(scopeOf(query, me)) };
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    return { scope: '', problem: error.message, status: errorStatus[error.code] };
  }
}

function scopeOf({ conversation, notifications }: Readonly<Record<string, string>>, me: string): Scope {
  if (conversation !== undefined) return { kind: 'conversation', conversation: readConversation(conversation, me).id };
  if (notifications === 'all') return { kind: 'notifications', conversation: 'all' };
  if (notifications !== undefined)
    return { kind: 'notifications', conversation: readConversation(notifications, me).id };
  return { kind: 'user' };
}

function policy(
  effect: 'Allow' | 'Deny',
  resource: string,
  principalId: string,
  context: Record<string, string | number> = {},
) {
  return {
    principalId,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: effect, Resource: resource }],
    },
    context,
  };
}
