// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation's Fn::Sub is written so
import { expect, test } from 'vitest';
import type { Stack } from '#assembly/stack';
import { stackFromTemplate } from '#assembly/stack';
import { readApis } from '#gateway/apis';
import { perStack } from '#gateway/per-stack';

const stackOf = (Resources: object) =>
  stackFromTemplate({ template: { Resources }, name: 'Reloaded', origin: 'http://x' });
const api = (ProtocolType: string) => ({ Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType } } });

test('another stack is served from the next request on; a broken stack changes nothing and is logged', () => {
  const lines: string[] = [];
  const context: { stack: Stack; log: (line: string) => void } = {
    stack: stackOf(api('HTTP')),
    log: (line) => void lines.push(line),
  };
  const apis = perStack(context, readApis);
  const kinds = () => [...apis().values()].map(({ kind }) => kind);
  expect(kinds()).toEqual(['http']);
  context.stack = stackOf(api('WEBSOCKET'));
  expect(kinds()).toEqual(['websocket']);
  context.stack = stackOf(api('TELEX'));
  expect(kinds()).toEqual(['websocket']);
  expect(kinds()).toEqual(['websocket']);
  expect(lines).toEqual([expect.stringMatching(/^unable to serve Api \(AWS::ApiGatewayV2::Api\); ProtocolType: /)]);
});

test.each([
  [
    'an integration whose function is not in the template',
    {
      ...api('HTTP'),
      Route: {
        Type: 'AWS::ApiGatewayV2::Route',
        Properties: { ApiId: { Ref: 'Api' }, RouteKey: 'GET /', Target: { 'Fn::Sub': 'integrations/${To}' } },
      },
      To: {
        Type: 'AWS::ApiGatewayV2::Integration',
        Properties: { ApiId: { Ref: 'Api' }, IntegrationType: 'AWS_PROXY', IntegrationUri: 'arn:x' },
      },
    },
    /unable to serve To; /,
  ],
  [
    'a Lambda authorizer of an HTTP API without a payload format',
    {
      ...api('HTTP'),
      Route: {
        Type: 'AWS::ApiGatewayV2::Route',
        Properties: {
          ApiId: { Ref: 'Api' },
          RouteKey: 'GET /',
          AuthorizationType: 'CUSTOM',
          AuthorizerId: { Ref: 'Guard' },
        },
      },
      Guard: {
        Type: 'AWS::ApiGatewayV2::Authorizer',
        Properties: { ApiId: { Ref: 'Api' }, AuthorizerType: 'REQUEST' },
      },
    },
    /unable to serve Guard; .*AuthorizerPayloadFormatVersion/,
  ],
])('%s is refused at the start in one sentence', (_what, resources, message) => {
  expect(() => readApis(stackOf(resources))).toThrow(message);
});
