import { z } from 'zod';
import type { Stack } from '#assembly/stack';
import { readProperties } from './properties.ts';

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

export type Stage = Readonly<ReturnType<typeof stageOf>>;

function stageOf(properties: z.output<typeof stageProperties>) {
  const { AccessLogSettings: log, DefaultRouteSettings: byDefault, RouteSettings: byRoute } = properties;
  return {
    name: properties.StageName,
    /** False without AutoDeploy and Deployment: the stage exists but serves nothing. */
    deployed: properties.AutoDeploy || properties.DeploymentId !== undefined,
    /** Undefined if there are none. */
    variables: Object.keys(properties.StageVariables ?? {}).length > 0 ? properties.StageVariables : undefined,
    accessLog: log && { destination: log.DestinationArn, format: log.Format },
    /** The route's settings, or the stage's defaults. The rate is in requests per second. */
    throttle: (routeKey: string) => ({
      rate: byRoute[routeKey]?.ThrottlingRateLimit ?? byDefault.ThrottlingRateLimit,
      burst: byRoute[routeKey]?.ThrottlingBurstLimit ?? byDefault.ThrottlingBurstLimit,
    }),
  };
}
