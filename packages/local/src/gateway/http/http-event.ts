import type { Authorized } from './authorization.ts';
import { eventV1 } from './event-v1.ts';
import { eventV2 } from './event-v2.ts';
import { type DescribedRequest, eventBody, type ServedRequest } from './request-event.ts';

/** The event of an integration, with `requestContext.authorizer`. */
export function httpEvent(
  described: DescribedRequest,
  routed: ServedRequest,
  authorized: Authorized,
  format: '1.0' | '2.0',
) {
  const { text, isBase64Encoded } = eventBody(routed);
  if (format === '2.0') {
    const event = eventV2(described, routed);
    const requestContext = { ...event.requestContext, authorizer: authorizerV2(authorized) };
    return { ...event, requestContext, body: text, isBase64Encoded };
  }
  const event = eventV1(described, routed, authorized.kind === 'iam' ? authorized.caller : undefined);
  const requestContext = { ...event.requestContext, authorizer: authorizerV1(authorized) };
  return { ...event, requestContext, body: text ?? null, isBase64Encoded };
}

function authorizerV2(authorized: Authorized): object | undefined {
  switch (authorized.kind) {
    case 'none':
      return undefined;
    case 'jwt':
      return { jwt: { claims: authorized.claims, scopes: authorized.scopes } };
    case 'lambda':
      return { lambda: authorized.context ?? null };
    case 'iam': {
      const { accessKey, accountId, caller, user, userArn } = authorized.caller;
      const iam = { accessKey, accountId, callerId: caller, cognitoIdentity: null, principalOrgId: null };
      return { iam: { ...iam, userArn, userId: user } };
    }
  }
}

function authorizerV1(authorized: Authorized): object {
  if (authorized.kind === 'lambda') return { ...authorized.context, principalId: authorized.principalId };
  const { claims, scopes } = authorized.kind === 'jwt' ? authorized : { claims: null, scopes: null };
  return { claims, scopes };
}
