import { z } from 'zod';
import { BrokenStack } from '#assembly/broken-stack';
import type { Resource, Stack } from '#assembly/stack';
import { findFunction } from '#lambda/find-function';
import { readProperties } from './properties.ts';

export type Integration =
  | {
      readonly kind: 'function';
      /** Logical id. */
      readonly functionId: string;
      /** Milliseconds. The default is 29 s for WebSocket APIs and 30 s for HTTP APIs. */
      readonly timeout: number;
      /** Of an HTTP API. */
      readonly format: '1.0' | '2.0';
    }
  | {
      readonly kind: 'mock';
      readonly requestTemplate: string | undefined;
      readonly responses: readonly MockResponse[];
    }
  | {
      /** It is not served; a request for it fails. */
      readonly kind: 'unserved';
      readonly reason: string;
    };

export interface MockResponse {
  /** `$default`, or a pattern between slashes for the status: `/5\d\d/`. */
  readonly key: string;
  readonly template: string | undefined;
}

const templates = z.record(z.string(), z.string()).default({});

const integrationProperties = z.object({
  IntegrationType: z.enum(['AWS_PROXY', 'MOCK']),
  IntegrationUri: z.string().default(''),
  PayloadFormatVersion: z.enum(['1.0', '2.0']).default('1.0'),
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
 * @throws BrokenStack
 */
export function readIntegration(
  stack: Stack,
  target: string | undefined,
  protocol: 'HTTP' | 'WEBSOCKET' = 'WEBSOCKET',
): Integration | undefined {
  if (target === undefined) return undefined;
  const id = target.replace(/^integrations\//, '');
  const resource = stack.byPhysicalId('AWS::ApiGatewayV2::Integration', id);
  if (!resource) throw new BrokenStack(`unable to serve the target ${target}; the template has no such integration`);
  const reason = unservedIntegration(resource);
  if (reason !== undefined) return { kind: 'unserved', reason };
  const properties = readProperties(integrationProperties, resource);
  if (properties.IntegrationType === 'MOCK') {
    return {
      kind: 'mock',
      requestTemplate: chooseTemplate(properties.RequestTemplates, properties.TemplateSelectionExpression),
      responses: stack
        .ofType('AWS::ApiGatewayV2::IntegrationResponse')
        .map((response) => readProperties(responseProperties, response))
        .filter((response) => response.IntegrationId === id)
        .map((response) => ({
          key: response.IntegrationResponseKey,
          template: chooseTemplate(response.ResponseTemplates, response.TemplateSelectionExpression),
        })),
    };
  }
  const functionId = functionOf(stack, properties.IntegrationUri);
  if (functionId === undefined)
    throw new BrokenStack(`unable to serve ${resource.logicalId}; its function is not in the template`);
  const timeout = properties.TimeoutInMillis ?? (protocol === 'HTTP' ? 30_000 : 29_000);
  return { kind: 'function', functionId, timeout, format: properties.PayloadFormatVersion };
}

/** Why an integration has no part here, like `HTTP_PROXY` or `AWS_PROXY StepFunctions-StartExecution`. */
export function unservedIntegration({ properties }: Resource): string | undefined {
  const { IntegrationType, IntegrationSubtype } = properties;
  if (IntegrationSubtype !== undefined) return `${IntegrationType} ${IntegrationSubtype}`;
  return IntegrationType === 'AWS_PROXY' || IntegrationType === 'MOCK' ? undefined : String(IntegrationType);
}

/** Only constant template selection expressions are supported (`200`, `\$default`). The fallback is the first template. */
function chooseTemplate(named: Record<string, string>, expression = '$default'): string | undefined {
  return named[expression.replaceAll('\\', '')] ?? named.$default ?? Object.values(named)[0];
}
/**
 * The logical id of the function, and of its alias if it names one, that an integration or an authorizer invokes.
 * @param uri `arn:aws:apigateway:…:lambda:path/2015-03-31/functions/<arn>/invocations`, or the function's ARN itself (HTTP APIs)
 */
export function functionOf(stack: Stack, uri: string): string | undefined {
  const arn = /\/functions\/(.+)\/invocations$/.exec(uri)?.[1] ?? uri;
  return findFunction(stack, arn);
}
