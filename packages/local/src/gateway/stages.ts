import { z } from 'zod';
import type { Stack } from '#assembly/stack';
import { readProperties } from './properties.ts';

export interface ThrottleSettings {
  /** Requests per second. */
  readonly rate: number | undefined;
  readonly burst: number | undefined;
}

export interface Stage {
  readonly name: string;
  /** False without AutoDeploy and Deployment: the stage exists but serves nothing. */
  readonly deployed: boolean;
  /** Undefined if there are none. */
  readonly variables: Readonly<Record<string, string>> | undefined;
  readonly accessLog: { readonly destination: string; readonly format: string } | undefined;
  /** The route's settings, or the stage's defaults. */
  throttle(routeKey: string): ThrottleSettings;
}

const routeSettings = z.object({
  ThrottlingRateLimit: z.coerce.number().optional(),
  ThrottlingBurstLimit: z.coerce.number().optional(),
});

const stageProperties = z.object({
  ApiId: z.string(),
  StageName: z.string(),
  AutoDeploy: z.coerce.boolean().default(false),
  DeploymentId: z.string().optional(),
  StageVariables: z.record(z.string(), z.string()).optional(),
  DefaultRouteSettings: routeSettings.default({}),
  RouteSettings: z.record(z.string(), routeSettings).default({}),
  AccessLogSettings: z.object({ DestinationArn: z.string(), Format: z.string() }).optional(),
});

export function readStages(stack: Stack, apiId: string): ReadonlyMap<string, Stage> {
  const stages = stack
    .ofType('AWS::ApiGatewayV2::Stage')
    .map((resource) => readProperties(stageProperties, resource))
    .filter((properties) => properties.ApiId === apiId)
    .map((properties): [string, Stage] => [properties.StageName, stageOf(properties)]);
  return new Map(stages);
}

function stageOf(properties: z.output<typeof stageProperties>): Stage {
  const { AccessLogSettings: log, DefaultRouteSettings: byDefault, RouteSettings: byRoute } = properties;
  return {
    name: properties.StageName,
    deployed: properties.AutoDeploy || properties.DeploymentId !== undefined,
    variables: Object.keys(properties.StageVariables ?? {}).length > 0 ? properties.StageVariables : undefined,
    accessLog: log && { destination: log.DestinationArn, format: log.Format },
    throttle: (routeKey) => ({
      rate: byRoute[routeKey]?.ThrottlingRateLimit ?? byDefault.ThrottlingRateLimit,
      burst: byRoute[routeKey]?.ThrottlingBurstLimit ?? byDefault.ThrottlingBurstLimit,
    }),
  };
}
