import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { notServed } from '#assembly/not-served';
import { stackFromTemplate } from '#assembly/stack';
import { waitedForFunctions } from '#lambda/waited-for';
import { readQueueMappings } from '#sqs/mapping';
import { startLocal } from '#start';
import { readMappings } from '#streams/mapping';
import { writeAssembly } from './write-assembly.ts';

const stackOf = (Resources: object) =>
  stackFromTemplate({
    template: { Resources: { Role: { Type: 'AWS::IAM::Role' }, ...Resources } },
    name: 'Try',
    origin: 'http://127.0.0.1:1',
  });
const at = (path: string) => ({ Metadata: { 'aws:cdk:path': `Try/${path}` } });
const code = { Code: { S3Key: 'a.zip' }, Role: { 'Fn::GetAtt': ['Role', 'Arn'] } };

describe('the start says what of the template has no part here', () => {
  test('a line for each type, with the path in the app or the logical id, without its hash, of each resource', () => {
    const stack = stackOf({
      Refunds161218FA: { Type: 'AWS::StepFunctions::StateMachine' },
      OrdersA1: { Type: 'AWS::StepFunctions::StateMachine', ...at('Orders/Flow/Resource') },
      Queue: { Type: 'AWS::SQS::Queue', ...at('Queue/Resource') },
      Nobody: { Type: 'Somebody::Elses::Type', Properties: {} },
    });
    expect(notServed(stack)).toEqual([
      'not served here: AWS::StepFunctions::StateMachine Refunds, Orders/Flow',
      'not served here: Somebody::Elses::Type Nobody',
    ]);
  });

  test('nothing of what needs nothing on a laptop', () => {
    const stack = stackOf({
      Traces: { Type: 'AWS::XRay::Group' },
      Meta: { Type: 'AWS::CDK::Metadata' },
      Deployment: { Type: 'AWS::ApiGatewayV2::Deployment' },
    });
    expect(notServed(stack)).toEqual([]);
  });

  test('nothing of a resource whose condition is false', () => {
    const stack = stackFromTemplate({
      template: {
        Conditions: { No: { 'Fn::Equals': ['a', 'b'] } },
        Resources: { Machine: { Type: 'AWS::StepFunctions::StateMachine', Condition: 'No' } },
      },
      name: 'Try',
      origin: 'http://127.0.0.1:1',
    });
    expect(notServed(stack)).toEqual([]);
  });

  test('functions that are not in Node.js, with their runtime, and images', () => {
    const stack = stackOf({
      Node: { Type: 'AWS::Lambda::Function', Properties: { ...code, Runtime: 'nodejs22.x' } },
      Report: { Type: 'AWS::Lambda::Function', Properties: { ...code, Runtime: 'python3.13' } },
      Image: { Type: 'AWS::Lambda::Function', Properties: { Code: { ImageUri: 'x' }, PackageType: 'Image' } },
    });
    expect(notServed(stack)).toEqual([
      'not served here: AWS::Lambda::Function (container image) Image',
      'not served here: AWS::Lambda::Function (python3.13) Report',
    ]);
  });

  test('a function whose role is of another app, because nothing is known of what it may do', () => {
    const Role = 'arn:aws:iam::123456789012:role/lab';
    const stack = stackOf({ Fn: { Type: 'AWS::Lambda::Function', Properties: { ...code, Role } } });
    expect(notServed(stack)).toEqual([
      'not served here: AWS::Lambda::Function (its role is of another app, so that it may do nothing) Fn',
    ]);
  });

  test('settings of what is served that have no part here, and no others', () => {
    const stack = stackOf({
      Files: {
        Type: 'AWS::S3::Bucket',
        Properties: {
          VersioningConfiguration: { Status: 'Enabled' },
          BucketEncryption: {},
          WebsiteConfiguration: { IndexDocument: 'index.html' },
        },
      },
      Plain: { Type: 'AWS::S3::Bucket', Properties: { VersioningConfiguration: { Status: 'Suspended' } } },
      People: { Type: 'AWS::Cognito::UserPool', Properties: { MfaConfiguration: 'OPTIONAL' } },
      Guests: { Type: 'AWS::Cognito::UserPool', Properties: { MfaConfiguration: 'OFF' } },
      Web: {
        Type: 'AWS::CloudFront::Distribution',
        Properties: { DistributionConfig: { WebACLId: 'x', Restrictions: { GeoRestriction: { Locations: [] } } } },
      },
    });
    expect(notServed(stack)).toEqual([
      'not served here: AWS::CloudFront::Distribution (WebACLId) Web',
      'not served here: AWS::Cognito::UserPool (MfaConfiguration) People',
      'not served here: AWS::S3::Bucket (WebsiteConfiguration) Files',
    ]);
  });

  test('not the function of a custom resource whose work the runtime does by itself, nor its layer', () => {
    const token = { ServiceToken: { 'Fn::GetAtt': ['Handler', 'Arn'] } };
    const handler = {
      Cli: { Type: 'AWS::Lambda::LayerVersion', Properties: { Content: { S3Key: 'b.zip' } } },
      Handler: {
        Type: 'AWS::Lambda::Function',
        Properties: { ...code, Runtime: 'python3.13', Layers: [{ Ref: 'Cli' }] },
      },
    };
    expect(
      notServed(stackOf({ ...handler, Site: { Type: 'Custom::CDKBucketDeployment', Properties: token } })),
    ).toEqual([]);
    expect(notServed(stackOf({ ...handler, Thing: { Type: 'Custom::Thing', Properties: token } }))).toEqual([
      'not served here: AWS::Lambda::Function (python3.13) Handler',
      'not served here: Custom::Thing Thing',
    ]);
  });
});

describe('what refers to a resource that is not served', () => {
  test('does not stop the rest: neither its event sources nor its APIs wait for a function in Python', () => {
    const stack = stackOf({
      Role: { Type: 'AWS::IAM::Role' },
      Report: { Type: 'AWS::Lambda::Function', Properties: { ...code, Runtime: 'python3.13' } },
      Queue: { Type: 'AWS::SQS::Queue' },
      Table: { Type: 'AWS::DynamoDB::Table', Properties: { KeySchema: [] } },
      Jobs: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { FunctionName: { Ref: 'Report' }, EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] } },
      },
      Changes: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          FunctionName: { Ref: 'Report' },
          EventSourceArn: { 'Fn::GetAtt': ['Table', 'StreamArn'] },
          StartingPosition: 'LATEST',
        },
      },
      Node: { Type: 'AWS::Lambda::Function', Properties: { ...code, Runtime: 'nodejs22.x' } },
      Clicks: { Type: 'AWS::Kinesis::Stream' },
      FromClicks: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          FunctionName: { Ref: 'Node' },
          EventSourceArn: { 'Fn::GetAtt': ['Clicks', 'Arn'] },
          StartingPosition: 'LATEST',
        },
      },
      FromApi: {
        Type: 'AWS::Lambda::Permission',
        Properties: { FunctionName: { Ref: 'Report' }, Principal: 'apigateway.amazonaws.com' },
      },
    });
    expect(readQueueMappings(stack)).toEqual([]);
    expect(readMappings(stack)).toEqual([]);
    expect(waitedForFunctions(stack)).toEqual(['Node']);
    expect(notServed(stack)).toEqual([
      'not served here: AWS::Kinesis::Stream Clicks',
      'not served here: AWS::Lambda::EventSourceMapping (its function is not served) Jobs, Changes',
      'not served here: AWS::Lambda::EventSourceMapping (its source is not served) FromClicks',
      'not served here: AWS::Lambda::Function (python3.13) Report',
    ]);
  });

  test('a route to it answers 500, and the other routes are served', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'local-not-served-'));
    const route = (key: string, integration: string) => ({
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: { ApiId: { Ref: 'Api' }, RouteKey: key, Target: { 'Fn::Sub': `integrations/\${${integration}}` } },
    });
    const integration = (properties: object) => ({
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: { ApiId: { Ref: 'Api' }, PayloadFormatVersion: '2.0', ...properties },
    });
    const Resources = {
      Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'a', ProtocolType: 'HTTP' } },
      Stage: {
        Type: 'AWS::ApiGatewayV2::Stage',
        Properties: { ApiId: { Ref: 'Api' }, StageName: '$default', AutoDeploy: true },
      },
      Served: route('GET /served', 'Function'),
      Other: route('GET /other', 'Elsewhere'),
      Elsewhere: integration({ IntegrationType: 'HTTP_PROXY', IntegrationUri: 'https://example.com' }),
      Function: integration({ IntegrationType: 'AWS_PROXY', IntegrationUri: { 'Fn::GetAtt': ['Answer', 'Arn'] } }),
      Role: { Type: 'AWS::IAM::Role' },
      Answer: {
        Type: 'AWS::Lambda::Function',
        Properties: { Code: { S3Key: 'answer.zip' }, Role: { 'Fn::GetAtt': ['Role', 'Arn'] } },
      },
      Permission: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          Action: 'lambda:InvokeFunction',
          FunctionName: { Ref: 'Answer' },
          Principal: 'apigateway.amazonaws.com',
        },
      },
    };
    const assemblyDirectory = await writeAssembly(join(folder, 'cdk.out'), { Try: { template: { Resources } } });
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    const runtime = await startLocal({ assemblyDirectory, dataDirectory: join(folder, 'data'), port: 0, log });
    const url = `${runtime.origin}/_aws/execute-api/${runtime.stack.ref('Api')}`;
    expect((await fetch(`${url}/served?kind=structured`)).status).toBe(201);
    expect((await fetch(`${url}/other`)).status).toBe(500);
    expect(lines).toEqual([
      'not served here: AWS::ApiGatewayV2::Integration (HTTP_PROXY) Elsewhere',
      'GET /other is not served here: HTTP_PROXY',
    ]);
    await runtime.stop();
    await rm(folder, { recursive: true });
  });

  test('has values in the shape of those of AWS, so that the rest is served', () => {
    const stack = stackOf({
      Orders: { Type: 'AWS::StepFunctions::StateMachine' },
      Rest: { Type: 'AWS::ApiGateway::RestApi' },
      Queue: {
        Type: 'AWS::SQS::Queue',
        Properties: {
          Tags: [{ 'Fn::GetAtt': ['Orders', 'Arn'] }, { Ref: 'Orders' }, { 'Fn::GetAtt': ['Rest', 'RootResourceId'] }],
        },
      },
    });
    expect(stack.find('Queue')?.properties.Tags).toEqual([
      expect.stringMatching(/^arn:aws:stepfunctions:us-east-1:000000000000:Try-Orders-\w{12}$/),
      expect.stringMatching(/^Try-Orders-\w{12}$/),
      expect.stringMatching(/^Try-Rest-\w{12}\.RootResourceId$/),
    ]);
  });

  test('and functions that only such resources use need not be known', () => {
    const stack = stackOf({
      Subnet: {
        Type: 'AWS::Redshift::ClusterSubnet',
        Properties: { CidrBlock: { 'Fn::Select': [0, { 'Fn::Cidr': ['10.0.0.0/16', 1, 8] }] } },
      },
      Queue: { Type: 'AWS::SQS::Queue' },
    });
    expect(notServed(stack)).toEqual(['not served here: AWS::Redshift::ClusterSubnet Subnet']);
    expect(stack.ofType('AWS::SQS::Queue')).toHaveLength(1);
  });
});
