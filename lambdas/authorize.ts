/** Decides about every new WebSocket connection: whose token it has, and which events it receives. */

import * as z from 'zod/mini';
import { ChatError, errorStatus } from '#protocol/errors';
import { readConversation } from '#protocol/names';
import type { Scope } from '#protocol/scope';
import {
  type AddressProblem,
  type ConnectionContext,
  refusalContext,
  toConnectionContext,
} from './identity/connection-context.ts';
import { openTokenVerifier } from './identity/open-verifier.ts';
import { IssuerUnavailable } from './identity/verify.ts';
import { createHandler } from './runtime/create-handler.ts';
import { type Log, openLog } from './runtime/log.ts';

const AuthorizerEvent = z.object({
  methodArn: z.string(),
  headers: z.optional(z.record(z.string(), z.string())),
  queryStringParameters: z.optional(z.nullable(z.record(z.string(), z.string()))),
});

interface Policy {
  readonly principalId: string;
  readonly policyDocument: object;
  readonly context?: ConnectionContext;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const { ALLOWED_ORIGINS = '*', AWS_LAMBDA_INITIALIZATION_TYPE: started } = process.env;
const { verify, prepare } = openTokenVerifier(process.env);
// Then it starts long before somebody waits for it.
if (started === 'provisioned-concurrency') await prepare();
const allowedOrigins = ALLOWED_ORIGINS.split(',');

export const handler = createHandler({
  services: { log: openLog() },
  event: AuthorizerEvent,
  async run({ methodArn, headers = {}, queryStringParameters }, { log }): Promise<Policy> {
    const header = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const query = queryStringParameters ?? {};
    if (!isAllowed(header.get('origin'), header.get('x-parley-host'))) return policy('Deny', methodArn, 'nobody');

    const token = query.token ?? tokenFrom(header.get('sec-websocket-protocol'));
    if (token === undefined) throw new ChatError('unauthenticated', 'no token');
    const verified = await verifyOrExplain(token, log);
    if ('problem' in verified) return policy('Allow', methodArn, 'nobody', refusalContext(verified));
    const context = toConnectionContext(verified, verified, readScope(query, verified.username), {
      resumes: query.resume === 'true',
    });
    return policy('Allow', methodArn, verified.username, context);
  },
  answerError({ code }) {
    // API Gateway answers 401 to exactly this word, and 500 to every other error.
    throw new Error(code === 'unauthenticated' ? 'Unauthorized' : 'unable to authorize; the log has the reason');
  },
});

/**
 * A problem is answered by `$connect`, which can say it.
 * @throws ChatError `unauthenticated` for a token that is not the issuer's own, or not for us
 */
async function verifyOrExplain(token: string, log: Log) {
  try {
    const verified = await verify(token);
    if (verified.ok) return verified;
    const error = new ChatError('unauthenticated', verified.reason);
    if (!verified.genuine) throw error;
    log.refused('unauthenticated', verified.reason);
    return { problem: error.sentence('connect'), status: errorStatus.unauthenticated };
  } catch (error) {
    if (!(error instanceof IssuerUnavailable)) throw error;
    // A fault of ours, which rings the alarm: nobody can connect.
    log.error('issuer unavailable', { error });
    const reason = 'the issuer of your token cannot be asked whether it is right: try again in a moment';
    return { problem: new ChatError('internal', reason).sentence('connect'), status: 503 };
  }
}

/**
 * Only browsers send an origin. The stack's own page is always allowed: it has the host that CloudFront was asked for. A page cannot set the
 * header in which edge/rewrite.js says so.
 */
function isAllowed(origin: string | undefined, edgeHost: string | undefined): boolean {
  if (origin === undefined || allowedOrigins.includes('*') || allowedOrigins.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === edgeHost;
}

/** `parley.v1, token.<JWT>`: this way keeps tokens out of addresses. */
function tokenFrom(protocols: string | undefined): string | undefined {
  const offered = protocols?.split(',').map((protocol) => protocol.trim());
  return offered?.find((protocol) => protocol.startsWith('token.'))?.slice('token.'.length);
}

/** `$connect` refuses bad names, because it can say why. An authorizer can only say no. */
function readScope(query: Readonly<Record<string, string>>, me: string): Scope | AddressProblem {
  const { conversation, notifications } = query;
  try {
    if (conversation !== undefined)
      return { kind: 'conversation', conversation: readConversation(conversation, me).id };
    if (notifications === undefined) return { kind: 'user' };
    const watched = notifications === 'all' ? notifications : readConversation(notifications, me).id;
    return { kind: 'notifications', conversation: watched };
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    return { problem: error.sentence('connect'), status: errorStatus[error.code] };
  }
}

function policy(effect: 'Allow' | 'Deny', resource: string, principalId: string, context?: ConnectionContext): Policy {
  const Statement = [{ Action: 'execute-api:Invoke', Effect: effect, Resource: resource }];
  return { principalId, policyDocument: { Version: '2012-10-17', Statement }, context };
}
