import { describe, expect, test } from 'vitest';
import { stackFromTemplate } from '#assembly/stack';
import type { Principal } from '#iam/access-keys';
import { createPolicies, type Policies } from '#iam/policy';

const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/Chat';
const bucket = 'arn:aws:s3:::files';
const user = 'arn:aws:sts::000000000000:assumed-role/r/f';
const asRole: Principal = { kind: 'role', arn: user, roleId: 'Role', functionId: 'F' };
const asRoot: Principal = { kind: 'root', arn: 'arn:aws:iam::000000000000:root' };

type Statements = object | object[];

/** A role with these statements, attached in one of the ways of a template, and optionally a bucket policy. */
function policies(
  statements: Statements,
  options: { how?: 'inline' | 'policy' | 'managed'; onBucket?: object[] } = {},
): Policies {
  const { how = 'policy', onBucket } = options;
  const PolicyDocument = { Version: '2012-10-17', Statement: statements };
  const attached = { PolicyDocument, PolicyName: 'p', Roles: [{ Ref: 'Role' }] };
  const stack = stackFromTemplate({
    name: 'Try',
    origin: 'http://127.0.0.1:9',
    template: {
      Resources: {
        Role: {
          Type: 'AWS::IAM::Role',
          Properties: how === 'inline' ? { Policies: [{ PolicyName: 'p', PolicyDocument }] } : {},
        },
        ...(how === 'policy' ? { Policy: { Type: 'AWS::IAM::Policy', Properties: attached } } : {}),
        ...(how === 'managed' ? { Managed: { Type: 'AWS::IAM::ManagedPolicy', Properties: attached } } : {}),
        ...(onBucket
          ? {
              OnBucket: {
                Type: 'AWS::S3::BucketPolicy',
                Properties: { Bucket: 'files', PolicyDocument: { Statement: onBucket } },
              },
            }
          : {}),
      },
    },
  });
  return createPolicies(() => stack);
}

const allow = (Action: string | string[], Resource: string | string[], Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition ? { Condition } : {}),
});
const deny = (Action: string, Resource: string, more: object = {}) => ({ Effect: 'Deny', Action, Resource, ...more });
const nothing: object[] = [];

describe('a role may do', () => {
  test.each(['inline', 'policy', 'managed'] as const)('what its %s policy allows', (how) => {
    expect(policies(allow('dynamodb:GetItem', table), { how }).authorize(asRole, 'dynamodb:GetItem', table)).toEqual({
      allowed: true,
    });
  });

  test("nothing else, and gets AWS's message", () => {
    expect(policies(allow('dynamodb:GetItem', table)).authorize(asRole, 'dynamodb:PutItem', table)).toEqual({
      allowed: false,
      message: `User: ${user} is not authorized to perform: dynamodb:PutItem on resource: ${table} because no identity-based policy allows the dynamodb:PutItem action`,
    });
  });

  test.each([
    ['the same name in other letters', 'DynamoDB:getitem', table, true],
    ['a star in the action', 'dynamodb:*Item', table, true],
    ['a question mark in the action', 'dynamodb:?etItem', table, true],
    ['a dot, which is no wildcard', 'dynamodb:.etItem', table, false],
    ['a star over the parts of an ARN', '*', 'arn:aws:dynamodb:*', true],
    ['a table, which is not its indexes', 'dynamodb:GetItem', `${table}/index/*`, false],
    ['another table that begins alike', 'dynamodb:GetItem', `${table}s`, false],
    ['a resource in other letters', 'dynamodb:GetItem', table.toLowerCase(), false],
  ])('what a pattern covers: %s', (_what, action, resource, allowed) => {
    expect(policies(allow(action, resource)).authorize(asRole, 'dynamodb:GetItem', table).allowed).toBe(allowed);
  });

  test('everything except NotAction and NotResource', () => {
    const all = policies({ Effect: 'Allow', NotAction: 'dynamodb:Delete*', NotResource: `${bucket}/*` });
    const may = (action: string, resource: string) => all.authorize(asRole, action, resource).allowed;
    expect([
      may('dynamodb:GetItem', table),
      may('dynamodb:DeleteItem', table),
      may('s3:GetObject', `${bucket}/a`),
    ]).toEqual([true, false, false]);
  });

  test('nothing that a Deny covers, even with an Allow', () => {
    const both = policies([allow('*', '*'), deny('dynamodb:Delete*', table)]);
    expect(both.authorize(asRole, 'dynamodb:DeleteItem', table)).toMatchObject({
      message: expect.stringContaining('with an explicit deny in an identity-based policy'),
    });
    expect(both.authorize(asRole, 'dynamodb:DeleteItem', `${table}/index/i`)).toEqual({ allowed: true });
  });
});

describe('a condition', () => {
  test.each<[string, object, Record<string, string | string[]>, boolean]>([
    ['StringEquals on the very value', { StringEquals: { 's3:prefix': ['a', 'b'] } }, { 's3:prefix': 'b' }, true],
    ['StringEquals on another value', { StringEquals: { 's3:prefix': 'a' } }, { 's3:prefix': 'b' }, false],
    ['StringEquals without the key', { StringEquals: { 's3:prefix': 'a' } }, {}, false],
    ['StringEqualsIfExists without the key', { StringEqualsIfExists: { 's3:prefix': 'a' } }, {}, true],
    ['StringNotEquals without the key', { StringNotEquals: { 's3:prefix': 'a' } }, {}, true],
    ['StringLike with wildcards', { StringLike: { 's3:prefix': 'user/*' } }, { 'S3:PREFIX': 'user/1' }, true],
    [
      'ForAllValues with a stranger among them',
      { 'ForAllValues:StringEquals': { k: ['a', 'b'] } },
      { k: ['a', 'c'] },
      false,
    ],
    ['ForAllValues without the key', { 'ForAllValues:StringEquals': { k: ['a'] } }, {}, true],
    ['ForAnyValue with one that fits', { 'ForAnyValue:StringEquals': { k: ['a'] } }, { k: ['a', 'c'] }, true],
    ['ForAnyValue without the key', { 'ForAnyValue:StringEquals': { k: ['a'] } }, {}, false],
    ['ArnLike, whose star stays in its part', { ArnLike: { k: 'arn:aws:s3:*:x' } }, { k: 'arn:aws:s3:::x' }, false],
    ['Bool', { Bool: { 'aws:SecureTransport': true } }, {}, true],
    ['Null for a key that is there', { Null: { k: 'true' } }, { k: 'a' }, false],
    ['NumericLessThanEquals', { NumericLessThanEquals: { k: 5 } }, { k: '5' }, true],
    ['two keys, both needed', { StringEquals: { a: '1', b: '2' } }, { a: '1' }, false],
  ])('%s', (_what, condition, values, allowed) => {
    expect(
      policies(allow('s3:ListBucket', bucket, condition)).authorize(asRole, 's3:ListBucket', bucket, values).allowed,
    ).toBe(allowed);
  });

  test('that is not known locally allows nothing, and the message names it', () => {
    const odd = policies(allow('s3:ListBucket', bucket, { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }));
    expect(odd.authorize(asRole, 's3:ListBucket', bucket)).toMatchObject({
      allowed: false,
      message: expect.stringContaining('does not know the condition operator IpAddress'),
    });
  });
});

describe('a bucket policy', () => {
  const onlyTls = deny('s3:*', `${bucket}/*`, {
    Principal: { AWS: '*' },
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  });
  const noDelete = deny('s3:DeleteObject', `${bucket}/*`, { Principal: '*' });

  test('denies everybody, also the owner', () => {
    const both = policies(allow('s3:*', `${bucket}/*`), { onBucket: [noDelete] });
    for (const who of [asRole, asRoot]) {
      expect(both.authorize(who, 's3:DeleteObject', `${bucket}/a`)).toMatchObject({
        message: expect.stringContaining('with an explicit deny in a resource-based policy'),
      });
      expect(both.authorize(who, 's3:GetObject', `${bucket}/a`)).toEqual({ allowed: true });
    }
  });

  test('that requires TLS has no effect on loopback', () => {
    const tls = policies(allow('s3:*', `${bucket}/*`), { onBucket: [onlyTls] });
    expect(tls.authorize(asRole, 's3:GetObject', `${bucket}/a`)).toEqual({ allowed: true });
  });

  test('allows the role that it names, without a policy of that role', () => {
    const grant = { ...allow('s3:GetObject', `${bucket}/*`), Principal: { AWS: { 'Fn::GetAtt': ['Role', 'Arn'] } } };
    const granted = policies(nothing, { onBucket: [grant] });
    expect(granted.authorize(asRole, 's3:GetObject', `${bucket}/a`)).toEqual({ allowed: true });
    expect(granted.authorize(asRole, 's3:PutObject', `${bucket}/a`).allowed).toBe(false);
  });
});

describe('permissions of the template', () => {
  const three = () =>
    policies([
      allow(['dynamodb:GetItem', 'dynamodb:Query'], [table, `${table}/index/*`]),
      allow('s3:*', '*'),
      deny('s3:Delete*', '*'),
    ]);

  test('are listed one by one', () => {
    expect(three().permissions()).toEqual([
      { roleId: 'Role', action: 'dynamodb:GetItem', resource: table },
      { roleId: 'Role', action: 'dynamodb:GetItem', resource: `${table}/index/*` },
      { roleId: 'Role', action: 'dynamodb:Query', resource: table },
      { roleId: 'Role', action: 'dynamodb:Query', resource: `${table}/index/*` },
      { roleId: 'Role', action: 's3:*', resource: '*' },
    ]);
  });

  test('can be revoked one by one, and restored', () => {
    const changing = three();
    const left = () => [
      changing.authorize(asRole, 'dynamodb:Query', table).allowed,
      changing.authorize(asRole, 'dynamodb:Query', `${table}/index/i`).allowed,
      changing.authorize(asRole, 'dynamodb:GetItem', `${table}/index/i`).allowed,
      changing.authorize(asRole, 's3:GetObject', `${bucket}/a`).allowed,
      changing.authorize(asRole, 's3:PutObject', `${bucket}/a`).allowed,
    ];
    const restore = changing.revoke({ roleId: 'Role', action: 'dynamodb:Query', resource: `${table}/index/*` });
    expect(left()).toEqual([true, false, true, true, true]);
    const restoreAlso = changing.revoke({ action: 's3:GetObject' });
    expect(left()).toEqual([true, false, true, false, true]);
    restore();
    restoreAlso();
    expect(left()).toEqual([true, true, true, true, true]);
    changing.revoke({ roleId: 'Another', action: '*' });
    expect(left()).toEqual([true, true, true, true, true]);
  });
});

describe('a service of AWS may do', () => {
  const distribution = 'arn:aws:cloudfront::000000000000:distribution/E1';
  const cloudfront: Principal = { kind: 'service', arn: distribution, service: 'cloudfront.amazonaws.com' };
  const asks = (onBucket: object[]) =>
    policies(nothing, { onBucket }).authorize(cloudfront, 's3:GetObject', `${bucket}/a`).allowed;
  const invites = (service: string, source: string) => ({
    ...allow('s3:GetObject', `${bucket}/*`, { StringEquals: { 'AWS:SourceArn': source } }),
    Principal: { Service: service },
  });

  test('only what a resource policy allows it for that resource', () => {
    expect(asks([invites('cloudfront.amazonaws.com', distribution)])).toBe(true);
    expect(asks([invites('cloudfront.amazonaws.com', `${distribution}2`)])).toBe(false);
    expect(asks([invites('lambda.amazonaws.com', distribution)])).toBe(false);
    expect(
      asks([{ ...allow('s3:GetObject', `${bucket}/*`), Principal: { AWS: 'arn:aws:iam::000000000000:root' } }]),
    ).toBe(false);
    expect(asks([])).toBe(false);
  });

  test('nothing that the policy denies everybody', () => {
    const denied = deny('s3:*', `${bucket}/*`, { Principal: '*' });
    expect(asks([invites('cloudfront.amazonaws.com', distribution), denied])).toBe(false);
  });
});

test('a policy of AWS allows its actions on every resource, and one that is not known here nothing', () => {
  const allowed = (policy: string, action: string) => {
    const stack = stackFromTemplate({
      name: 'Try',
      origin: 'http://127.0.0.1:9',
      template: {
        Resources: {
          Role: { Type: 'AWS::IAM::Role', Properties: { ManagedPolicyArns: [`arn:aws:iam::aws:policy/${policy}`] } },
        },
      },
    });
    return createPolicies(() => stack).authorize(asRole, action, table).allowed;
  };
  expect(allowed('AmazonDynamoDBReadOnlyAccess', 'dynamodb:Query')).toBe(true);
  expect(allowed('AmazonDynamoDBReadOnlyAccess', 'dynamodb:PutItem')).toBe(false);
  expect(allowed('AmazonDynamoDBFullAccess', 'dynamodb:PutItem')).toBe(true);
  expect(allowed('SomePolicyOfTomorrow', 'dynamodb:Query')).toBe(false);
});
