import { z } from 'zod';
import type { Stack } from '#assembly/stack';
import { httpAuthorizer, socketAuthorizer } from './authorizers.ts';
import { readIntegration } from './integration.ts';
import { readProperties } from './properties.ts';
import { readStages, type Stage } from './stages.ts';

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

export const corsConfiguration = z.object({
  AllowOrigins: strings,
  AllowMethods: strings,
  AllowHeaders: strings,
  ExposeHeaders: strings,
  AllowCredentials: z.coerce.boolean().default(false),
  MaxAge: z.coerce.number().optional(),
});
export type Cors = z.output<typeof corsConfiguration>;

const apiProperties = z.object({
  ProtocolType: z.enum(['WEBSOCKET', 'HTTP']),
  RouteSelectionExpression: z.string().default('$request.body.action'),
  CorsConfiguration: corsConfiguration.optional(),
});

const routeProperties = z.object({
  ApiId: z.string(),
  RouteKey: z.string(),
  Target: z.string().optional(),
  AuthorizationType: z.enum(['NONE', 'CUSTOM', 'JWT', 'AWS_IAM']).default('NONE'),
  AuthorizerId: z.string().optional(),
  AuthorizationScopes: strings,
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
      : { kind: 'http', id, cors: properties.CorsConfiguration, routes: httpRoutes(stack, id), stages };
  });
  return new Map(apis.map((api) => [api.id, api]));
}

function routesOf(stack: Stack, apiId: string) {
  return stack
    .ofType('AWS::ApiGatewayV2::Route')
    .map((resource) => ({ ...readProperties(routeProperties, resource), id: stack.ref(resource.logicalId) }))
    .filter((route) => route.ApiId === apiId);
}

export type SocketRoute = Readonly<ReturnType<typeof socketRoutes>[number]>;

function socketRoutes(stack: Stack, apiId: string) {
  const withResponse = new Set(
    stack.ofType('AWS::ApiGatewayV2::RouteResponse').map(({ properties }) => properties.RouteId),
  );
  return routesOf(stack, apiId).map((route) => ({
    key: route.RouteKey,
    integration: readIntegration(stack, route.Target),
    authorizer: socketAuthorizer(stack, route),
    /** The route has a route response, so the client gets the integration's response. */
    twoWay: withResponse.has(route.id),
  }));
}

export type HttpRoute = Readonly<ReturnType<typeof httpRoutes>[number]>;

function httpRoutes(stack: Stack, apiId: string) {
  return routesOf(stack, apiId).map((route) => {
    const [method = '', path = ''] = route.RouteKey === '$default' ? ['ANY'] : route.RouteKey.split(' ');
    return {
      key: route.RouteKey,
      /** `ANY` for every method. */
      method,
      /** Empty for the `$default` route. */
      path,
      integration: readIntegration(stack, route.Target, 'HTTP'),
      authorizer: httpAuthorizer(stack, route),
      scopes: route.AuthorizationScopes,
    };
  });
}
