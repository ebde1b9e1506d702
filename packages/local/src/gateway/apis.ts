import { z } from 'zod';
import { BrokenStack } from '#assembly/broken-stack';
import type { Stack } from '#assembly/stack';
import { functionOf, type Integration, readIntegration } from './integration.ts';
import { readProperties } from './properties.ts';
import { readStages, type Stage } from './stages.ts';

/** A Lambda REQUEST authorizer of a WebSocket API. */
export interface RequestAuthorizer {
  readonly id: string;
  /** Logical id; undefined if the function is not in the template. As on AWS, the authorizer then fails when it is used. */
  readonly functionId: string | undefined;
  /** Like `route.request.querystring.token`. If empty, the function is always invoked. */
  readonly identitySources: readonly string[];
}

export interface JwtAuthorizer {
  readonly id: string;
  readonly issuer: string;
  /** Empty: any. */
  readonly audience: readonly string[];
  /** Like `$request.header.Authorization`. */
  readonly identitySources: readonly string[];
}

export interface SocketRoute {
  readonly key: string;
  readonly integration: Integration | undefined;
  readonly authorizer: RequestAuthorizer | undefined;
  /** The route has a route response, so the client gets the integration's response. */
  readonly twoWay: boolean;
}

export interface HttpRoute {
  readonly key: string;
  /** `ANY` for every method. */
  readonly method: string;
  /** Empty for the `$default` route. */
  readonly path: string;
  readonly integration: Integration | undefined;
  readonly authorizer: JwtAuthorizer | undefined;
  readonly scopes: readonly string[];
}

export interface Cors {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposedHeaders: readonly string[];
  readonly credentials: boolean;
  readonly maxAge: number | undefined;
}

export interface WebSocketApi {
  readonly kind: 'websocket';
  readonly id: string;
  readonly routeSelectionExpression: string;
  readonly routes: ReadonlyMap<string, SocketRoute>;
  readonly stages: ReadonlyMap<string, Stage>;
}

export interface HttpApi {
  readonly kind: 'http';
  readonly id: string;
  readonly cors: Cors | undefined;
  readonly routes: readonly HttpRoute[];
  readonly stages: ReadonlyMap<string, Stage>;
}

export type Api = WebSocketApi | HttpApi;

const strings = z.array(z.string()).default([]);

const apiProperties = z.object({
  ProtocolType: z.enum(['WEBSOCKET', 'HTTP']),
  RouteSelectionExpression: z.string().default('$request.body.action'),
  CorsConfiguration: z
    .object({
      AllowOrigins: strings,
      AllowMethods: strings,
      AllowHeaders: strings,
      ExposeHeaders: strings,
      AllowCredentials: z.coerce.boolean().default(false),
      MaxAge: z.coerce.number().optional(),
    })
    .optional(),
});

const routeProperties = z.object({
  ApiId: z.string(),
  RouteKey: z.string(),
  Target: z.string().optional(),
  AuthorizationType: z.enum(['NONE', 'CUSTOM', 'JWT']).default('NONE'),
  AuthorizerId: z.string().optional(),
  AuthorizationScopes: strings,
});

const authorizerProperties = z.object({
  AuthorizerType: z.enum(['REQUEST', 'JWT']),
  AuthorizerUri: z.string().optional(),
  IdentitySource: strings,
  JwtConfiguration: z.object({ Issuer: z.string(), Audience: strings }).optional(),
});

/** All APIs of the template by id. @throws BrokenStack, one sentence that names the resource, if one cannot be served locally */
export function readApis(stack: Stack): ReadonlyMap<string, Api> {
  const apis = stack.ofType('AWS::ApiGatewayV2::Api').map((resource): Api => {
    const properties = readProperties(apiProperties, resource);
    const id = stack.ref(resource.logicalId);
    const stages = readStages(stack, id);
    return properties.ProtocolType === 'WEBSOCKET'
      ? {
          kind: 'websocket',
          id,
          routeSelectionExpression: properties.RouteSelectionExpression,
          routes: new Map(socketRoutes(stack, id).map((route) => [route.key, route])),
          stages,
        }
      : { kind: 'http', id, cors: corsOf(properties.CorsConfiguration), routes: httpRoutes(stack, id), stages };
  });
  return new Map(apis.map((api) => [api.id, api]));
}

function routesOf(stack: Stack, apiId: string) {
  return stack
    .ofType('AWS::ApiGatewayV2::Route')
    .map((resource) => ({ ...readProperties(routeProperties, resource), id: stack.ref(resource.logicalId) }))
    .filter((route) => route.ApiId === apiId);
}

function socketRoutes(stack: Stack, apiId: string): SocketRoute[] {
  const withResponse = new Set(
    stack.ofType('AWS::ApiGatewayV2::RouteResponse').map(({ properties }) => properties.RouteId),
  );
  return routesOf(stack, apiId).map((route) => ({
    key: route.RouteKey,
    integration: readIntegration(stack, route.Target),
    authorizer: route.AuthorizationType === 'NONE' ? undefined : requestAuthorizer(stack, route),
    twoWay: withResponse.has(route.id),
  }));
}

function httpRoutes(stack: Stack, apiId: string): HttpRoute[] {
  return routesOf(stack, apiId).map((route) => {
    const [method = '', path = ''] = route.RouteKey === '$default' ? ['ANY'] : route.RouteKey.split(' ');
    return {
      key: route.RouteKey,
      method,
      path,
      integration: readIntegration(stack, route.Target, '2.0'),
      authorizer: route.AuthorizationType === 'NONE' ? undefined : jwtAuthorizer(stack, route),
      scopes: route.AuthorizationScopes,
    };
  });
}

type RouteProperties = z.output<typeof routeProperties>;

function authorizerOf(stack: Stack, route: RouteProperties) {
  const resource = stack.byPhysicalId('AWS::ApiGatewayV2::Authorizer', route.AuthorizerId ?? '');
  if (!resource)
    throw new BrokenStack(`unable to serve the route ${route.RouteKey}; its authorizer is not in the template`);
  return {
    ...readProperties(authorizerProperties, resource),
    id: stack.ref(resource.logicalId),
    logicalId: resource.logicalId,
  };
}

function requestAuthorizer(stack: Stack, route: RouteProperties): RequestAuthorizer {
  const authorizer = authorizerOf(stack, route);
  if (authorizer.AuthorizerType !== 'REQUEST')
    throw new BrokenStack(`unable to serve ${authorizer.logicalId}; a WebSocket API takes REQUEST authorizers only`);
  return {
    id: authorizer.id,
    functionId: functionOf(stack, authorizer.AuthorizerUri ?? ''),
    identitySources: authorizer.IdentitySource,
  };
}

function jwtAuthorizer(stack: Stack, route: RouteProperties): JwtAuthorizer {
  const { JwtConfiguration: jwt, ...authorizer } = authorizerOf(stack, route);
  if (!jwt)
    throw new BrokenStack(`unable to serve ${authorizer.logicalId}; an HTTP API is served with JWT authorizers only`);
  return {
    id: authorizer.id,
    issuer: jwt.Issuer,
    audience: jwt.Audience,
    identitySources: authorizer.IdentitySource,
  };
}

function corsOf(cors: z.output<typeof apiProperties>['CorsConfiguration']): Cors | undefined {
  return (
    cors && {
      origins: cors.AllowOrigins,
      methods: cors.AllowMethods,
      headers: cors.AllowHeaders,
      exposedHeaders: cors.ExposeHeaders,
      credentials: cors.AllowCredentials,
      maxAge: cors.MaxAge,
    }
  );
}
