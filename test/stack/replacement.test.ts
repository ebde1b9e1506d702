/**
 * Resources that a deployment must never replace.
 *
 * CloudFormation knows a resource by its logical id. When the id changes (because a construct was renamed or moved), CloudFormation
 * makes a new, empty resource and then deletes or abandons the one that holds the data:
 * https://docs.aws.amazon.com/cdk/v2/guide/identifiers.html#identifiers-logical-ids
 * When one of these tests fails, restore the id: `(construct.node.defaultChild as CfnTable).overrideLogicalId('…')`.
 */
import { describe, expect, test } from 'vitest';
import { plain, synthesize } from './synthesize.ts';

const { template } = synthesize();
const resources: Record<string, Resource> = template.toJSON().Resources;

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** Everything in the stack that holds data, by logical id. */
const withData = {
  ChatTable4603252B: 'AWS::DynamoDB::Table', // conversations, messages, memberships, profiles
  UploadsBucketC4B27CC7: 'AWS::S3::Bucket', // files and avatars
  PageBucket8A4EC83F: 'AWS::S3::Bucket', // the page, and files that a deployer put beside it
  PeoplePoolC64A4D1E: 'AWS::Cognito::UserPool', // accounts and passwords, which cannot be exported
};

/** Resources whose address or id is known outside the stack, or whose position in the stream would be lost. */
const knownOutside = {
  PeoplePoolClientECD71F90: 'AWS::Cognito::UserPoolClient', // its id is in every app and every token
  SocketsApi04DF8096: 'AWS::ApiGatewayV2::Api', // WebSocketUrl; a new one also drops every open connection
  SocketsStage4C4EFB0C: 'AWS::ApiGatewayV2::Stage',
  EndpointApiB7AE4D04: 'AWS::ApiGatewayV2::Api', // HttpUrl
  EndpointStage78C1013F: 'AWS::ApiGatewayV2::Stage',
  EdgeDistribution0060737B: 'AWS::CloudFront::Distribution', // WebUrl; DNS records of a deployer point to it
  ChangesMapping19C3A18C: 'AWS::Lambda::EventSourceMapping', // a new one reads the last 24 hours of the stream again
  ChangesDeadLetters18B289EF: 'AWS::SQS::Queue', // failed records that an operator has not looked at
  OnlineCountsQueue8E5C232A: 'AWS::SQS::Queue', // counts that are planned
  OnlineCountsMappingE1E264A3: 'AWS::Lambda::EventSourceMapping',
  LargeRoomsChunksEC7F230A: 'AWS::SQS::Queue', // chunks that wait for their function
  LargeRoomsMappingD597105A: 'AWS::Lambda::EventSourceMapping',
  AccountJobsQueueDDE027A4: 'AWS::SQS::Queue', // deletions and archives that are not done
  AccountJobsMapping9A657312: 'AWS::Lambda::EventSourceMapping',
};

/** The logical ids of every resource of these types. */
function idsOf(of: Record<string, Resource>, types: readonly string[]): Record<string, string> {
  const found = Object.entries(of).filter(([, { Type }]) => types.includes(Type));
  return Object.fromEntries(found.map(([id, { Type }]) => [id, Type]));
}

describe('logical ids', () => {
  test('of resources with data stay as they are', () => {
    expect(idsOf(resources, Object.values(withData))).toEqual(withData);
  });

  test('of resources that are known outside the stack stay as they are', () => {
    expect(idsOf(resources, Object.values(knownOutside))).toEqual(knownOutside);
  });

  test('are the same with any options, and pushes add their queues', () => {
    const other = synthesize({
      push: { fcm: { secret: 'parley/fcm' } },
      stage: 'dev',
      removalPolicy: 'destroy',
      messageRetentionDays: '30',
      friendsFirst: true,
    }).template.toJSON().Resources;
    const ofPushes = {
      PushesQueueFDDE4BE1: 'AWS::SQS::Queue', // pushes that wait for a service
      PushesDeadLetters8ACEF50B: 'AWS::SQS::Queue',
      PushesMessagesDeadLetters30A79C64: 'AWS::SQS::Queue',
    };
    const expected = { ...withData, ...knownOutside, ...ofPushes };
    expect(idsOf(other, Object.values(expected))).toMatchObject(expected);
  });
});

describe('a resource with data', () => {
  test.each(Object.keys(withData))('%s is retained when the stack is deleted or the resource replaced', (id) => {
    expect(resources[id]).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  // The services' deletion protection also stops a person in the console.
  test('table and user pool have deletion protection', () => {
    expect(resources.ChatTable4603252B?.Properties.DeletionProtectionEnabled).toBe(true);
    expect(resources.PeoplePoolC64A4D1E?.Properties.DeletionProtection).toBe('ACTIVE');
  });

  // CloudFormation cannot replace a resource with a custom name. A retained one keeps its name,
  // so the stack could not be deployed a second time.
  test('has no custom name', () => {
    for (const id of Object.keys(withData)) {
      for (const name of ['TableName', 'BucketName', 'UserPoolName']) {
        expect(resources[id]?.Properties, id).not.toHaveProperty(name);
      }
    }
  });

  test('deleting the stack deletes only logs and failed records', () => {
    const deleted = Object.values(resources).filter(({ DeletionPolicy }) => DeletionPolicy === 'Delete');
    expect([...new Set(deleted.map(({ Type }) => Type))].toSorted()).toEqual([
      'AWS::Logs::LogGroup',
      'AWS::SQS::Queue',
      'Custom::CDKBucketDeployment',
    ]);
  });
});

// When one of these properties changes, CloudFormation replaces the resource or refuses the change. The properties of the table are in
// parley-stack.test.ts: the keys of the table and of its indexes, and that there is no local index.
describe('properties that cannot change without a replacement', () => {
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cognito-userpool.html
  test('the user pool: user names in any case, one required attribute', () => {
    const { UsernameConfiguration, UsernameAttributes, AliasAttributes, Schema } =
      resources.PeoplePoolC64A4D1E?.Properties ?? {};
    expect({ UsernameConfiguration, UsernameAttributes, AliasAttributes, Schema }).toEqual({
      UsernameConfiguration: { CaseSensitive: false },
      Schema: [{ Name: 'email', Required: true, Mutable: true }],
    });
  });

  // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cognito-userpoolclient.html
  test('the client: its pool, and no secret', () => {
    const { UserPoolId, GenerateSecret } = resources.PeoplePoolClientECD71F90?.Properties ?? {};
    expect([plain(UserPoolId), GenerateSecret]).toEqual(['<PeoplePool>', false]);
  });

  // The issuer's address contains the pool. With another pool, every token would be refused.
  test('both APIs accept the tokens of this pool', () => {
    const { JwtConfiguration } = resources.EndpointApiAuthorizer8704F79D?.Properties ?? {};
    const issuer = 'https://cognito-idp.<AWS::Region>.amazonaws.com/<PeoplePool>';
    expect(plain((JwtConfiguration as { Issuer: unknown }).Issuer)).toBe(issuer);
    const { Environment } = resources.AuthorizeFunction?.Properties ?? {};
    expect(plain((Environment as { Variables: { ISSUER: unknown } }).Variables.ISSUER)).toBe(issuer);
  });
});
