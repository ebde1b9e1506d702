import { z } from 'zod';
import { BrokenStack } from '#assembly/broken-stack';
import type { Stack } from '#assembly/stack';
import { functionOf } from './integration.ts';
import { readProperties } from './properties.ts';

const strings = z.array(z.string()).default([]);

const authorizerProperties = z.object({
  AuthorizerType: z.enum(['REQUEST', 'JWT']),
  AuthorizerUri: z.string().default(''),
  AuthorizerCredentialsArn: z.string().optional(),
  AuthorizerPayloadFormatVersion: z.enum(['1.0', '2.0']).optional(),
  AuthorizerResultTtlInSeconds: z.coerce.number().optional(),
  EnableSimpleResponses: z.union([z.boolean(), z.stringbool()]).default(false),
  IdentitySource: strings,
  JwtConfiguration: z.object({ Issuer: z.string(), Audience: strings }).optional(),
});

/** What a route says of its authorization. */
export interface Authorized {
  readonly RouteKey: string;
  readonly AuthorizationType: 'NONE' | 'CUSTOM' | 'JWT' | 'AWS_IAM';
  readonly AuthorizerId?: string | undefined;
}

function authorizerOf(stack: Stack, route: Authorized) {
  const resource = stack.byPhysicalId('AWS::ApiGatewayV2::Authorizer', route.AuthorizerId ?? '');
  if (!resource)
    throw new BrokenStack(`unable to serve the route ${route.RouteKey}; its authorizer is not in the template`);
  return {
    ...readProperties(authorizerProperties, resource),
    id: stack.ref(resource.logicalId),
    logicalId: resource.logicalId,
  };
}

/** A Lambda REQUEST authorizer of a WebSocket API. */
export interface RequestAuthorizer {
  readonly kind: 'lambda';
  readonly id: string;
  /** Logical id; undefined if the function is not in the template. As on AWS, the authorizer then fails when it is used. */
  readonly functionId: string | undefined;
  /** Like `route.request.querystring.token`. If empty, the function is always invoked. */
  readonly identitySources: readonly string[];
}

export type SocketAuthorizer = RequestAuthorizer | { readonly kind: 'iam' };

/** The authorizer of a WebSocket API's `$connect`. @throws BrokenStack */
export function socketAuthorizer(stack: Stack, route: Authorized): SocketAuthorizer | undefined {
  if (route.AuthorizationType === 'NONE') return undefined;
  if (route.AuthorizationType === 'AWS_IAM') return { kind: 'iam' };
  if (route.AuthorizationType !== 'CUSTOM')
    throw new BrokenStack(`unable to serve the route ${route.RouteKey}; a WebSocket API takes no JWT authorizers`);
  const authorizer = authorizerOf(stack, route);
  if (authorizer.AuthorizerType !== 'REQUEST')
    throw new BrokenStack(`unable to serve ${authorizer.logicalId}; a WebSocket API takes REQUEST authorizers only`);
  return {
    kind: 'lambda',
    id: authorizer.id,
    functionId: functionOf(stack, authorizer.AuthorizerUri),
    identitySources: authorizer.IdentitySource,
  };
}

export interface JwtAuthorizer {
  readonly kind: 'jwt';
  readonly issuer: string;
  /** Empty: any. */
  readonly audience: readonly string[];
  /** Like `$request.header.Authorization`. */
  readonly identitySources: readonly string[];
}

/** A Lambda authorizer of an HTTP API. */
export interface LambdaAuthorizer {
  readonly kind: 'lambda';
  readonly id: string;
  /** Logical id; undefined if the function is not in the template. As on AWS, the authorizer then fails when it is used. */
  readonly functionId: string | undefined;
  /** The role that invokes the function; undefined: the function's resource policy must allow API Gateway. */
  readonly roleArn: string | undefined;
  readonly format: '1.0' | '2.0';
  /** The function answers `{ isAuthorized, context }` instead of a policy. */
  readonly simple: boolean;
  /** Like `$request.header.Authorization`. If empty, the function is always invoked. */
  readonly identitySources: readonly string[];
  /** For how long an answer is good for equal identity sources; 0 for one request only. */
  readonly ttlSeconds: number;
}

export type HttpAuthorizer = JwtAuthorizer | LambdaAuthorizer | { readonly kind: 'iam' };

/** AWS's value for an authorizer that has none. */
const defaultTtlSeconds = 300;

/** The authorizer of an HTTP API's route. @throws BrokenStack */
export function httpAuthorizer(stack: Stack, route: Authorized): HttpAuthorizer | undefined {
  if (route.AuthorizationType === 'NONE') return undefined;
  if (route.AuthorizationType === 'AWS_IAM') return { kind: 'iam' };
  const authorizer = authorizerOf(stack, route);
  const { AuthorizerType: type, JwtConfiguration: jwt, IdentitySource: identitySources } = authorizer;
  const cannot = (why: string) => new BrokenStack(`unable to serve ${authorizer.logicalId}; ${why}`);
  if (type === 'JWT') {
    if (!jwt) throw cannot('a JWT authorizer needs JwtConfiguration');
    return { kind: 'jwt', issuer: jwt.Issuer, audience: jwt.Audience, identitySources };
  }
  const { AuthorizerPayloadFormatVersion: format, EnableSimpleResponses: simple } = authorizer;
  if (!format) throw cannot('a Lambda authorizer of an HTTP API needs AuthorizerPayloadFormatVersion: 1.0 or 2.0');
  if (simple && format === '1.0') throw cannot('EnableSimpleResponses needs AuthorizerPayloadFormatVersion 2.0');
  const ttlSeconds = authorizer.AuthorizerResultTtlInSeconds ?? defaultTtlSeconds;
  return {
    kind: 'lambda',
    id: authorizer.id,
    functionId: functionOf(stack, authorizer.AuthorizerUri),
    roleArn: authorizer.AuthorizerCredentialsArn,
    format,
    simple,
    identitySources,
    // Without identity sources there is nothing by which an answer could be found again.
    ttlSeconds: identitySources.length > 0 ? ttlSeconds : 0,
  };
}
