import { z } from 'zod';
import { BrokenStack } from '#assembly/broken-stack';
import type { Stack } from '#assembly/stack';
import { functionOf } from './function-of.ts';
import { readProperties } from './properties.ts';

/** What stands behind a route. */
export type Integration =
  | {
      readonly kind: 'function';
      /** Logical id. */
      readonly functionId: string;
      /** Milliseconds; WebSocket APIs end at 29 s, HTTP APIs at 30 s. */
      readonly timeout: number;
    }
  | {
      readonly kind: 'mock';
      readonly requestTemplate: string | undefined;
      readonly responses: readonly MockResponse[];
    };

export interface MockResponse {
  /** `$default` or a pattern between slashes, tried on the status: `/5\d\d/`. */
  readonly key: string;
  readonly template: string | undefined;
}

const templates = z.record(z.string(), z.string()).default({});

const integrationProperties = z.object({
  IntegrationType: z.enum(['AWS_PROXY', 'MOCK']),
  IntegrationUri: z.string().default(''),
  PayloadFormatVersion: z.string().default('1.0'),
  TimeoutInMillis: z.coerce.number().optional(),
  RequestTemplates: templates,
  TemplateSelectionExpression: z.string().optional(),
});

const responseProperties = z.object({
  IntegrationId: z.string(),
  IntegrationResponseKey: z.string(),
  ResponseTemplates: templates,
  TemplateSelectionExpression: z.string().optional(),
});

/**
 * @param target a route's `Target`: `integrations/<id>`
 * @param http HTTP APIs pass the payload format that is served; an integration of another one is refused
 */
export function readIntegration(
  stack: Stack,
  target: string | undefined,
  http?: { readonly format: '2.0' },
): Integration | undefined {
  if (target === undefined) return undefined;
  const id = target.replace(/^integrations\//, '');
  const resource = stack.byPhysicalId('AWS::ApiGatewayV2::Integration', id);
  if (!resource) throw new BrokenStack(`unable to serve the target ${target}; the template has no such integration`);
  const properties = readProperties(integrationProperties, resource);
  if (properties.IntegrationType === 'MOCK') {
    return {
      kind: 'mock',
      requestTemplate: chosen(properties.RequestTemplates, properties.TemplateSelectionExpression),
      responses: stack
        .ofType('AWS::ApiGatewayV2::IntegrationResponse')
        .map((response) => readProperties(responseProperties, response))
        .filter((response) => response.IntegrationId === id)
        .map((response) => ({
          key: response.IntegrationResponseKey,
          template: chosen(response.ResponseTemplates, response.TemplateSelectionExpression),
        })),
    };
  }
  if (http && properties.PayloadFormatVersion !== http.format)
    throw new BrokenStack(
      `unable to serve ${resource.logicalId}; HTTP APIs are served with payload format ${http.format} only`,
    );
  const functionId = functionOf(stack, properties.IntegrationUri);
  if (functionId === undefined)
    throw new BrokenStack(`unable to serve ${resource.logicalId}; it integrates no function of the template`);
  return { kind: 'function', functionId, timeout: properties.TimeoutInMillis ?? (http ? 30_000 : 29_000) };
}

/** A template selection expression is a constant here (`200`, `\$default`); with a single template there is nothing to choose. */
function chosen(named: Record<string, string>, expression = '$default'): string | undefined {
  return named[expression.replaceAll('\\', '')] ?? named.$default ?? Object.values(named)[0];
}
