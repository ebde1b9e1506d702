import { describe, expect, test } from 'vitest';
import { stackFromTemplate } from '#assembly/stack';

const origin = 'http://127.0.0.1:8080';
const stackOf = (template: object, name = 'Try') => stackFromTemplate({ template, name, origin });

/** Resolves a property in a template with one resource of each kind. */
function resolved(value: unknown): unknown {
  const stack = stackOf({
    Parameters: { Size: { Type: 'Number', Default: 3 }, Asked: { Type: 'String' } },
    Mappings: { Sizes: { small: { disk: '10' } } },
    Conditions: {
      Yes: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] },
      No: { 'Fn::Not': [{ Condition: 'Yes' }] },
      Both: { 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'No' }] },
      Either: { 'Fn::Or': [{ Condition: 'Yes' }, { Condition: 'No' }] },
    },
    Resources: {
      Table: { Type: 'AWS::DynamoDB::Table' },
      Named: {
        Type: 'AWS::DynamoDB::Table',
        Properties: { TableName: { 'Fn::Join': ['-', ['my', { Ref: 'Size' }]] } },
      },
      Absent: { Type: 'AWS::S3::Bucket', Condition: 'No' },
      Socket: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'WEBSOCKET' } },
      Stage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { ApiId: { Ref: 'Socket' }, StageName: 'prod' } },
      Function: { Type: 'AWS::Lambda::Function' },
      It: { Type: 'AWS::SQS::Queue', Properties: { value } },
    },
  });
  return stack.find('It')?.properties.value;
}

describe('intrinsic functions', () => {
  test.each<[string, unknown, unknown]>([
    ['Ref of a resource', { Ref: 'Table' }, 'Table'],
    ['Ref of a name that is itself computed', { Ref: 'Named' }, 'my-3'],
    ['Ref of a parameter', { Ref: 'Size' }, 3],
    [
      'pseudo parameters',
      [{ Ref: 'AWS::Region' }, { Ref: 'AWS::AccountId' }, { Ref: 'AWS::Partition' }],
      ['us-east-1', '000000000000', 'aws'],
    ],
    ['Fn::GetAtt as a list', { 'Fn::GetAtt': ['Table', 'Arn'] }, 'arn:aws:dynamodb:us-east-1:000000000000:table/Table'],
    ['Fn::GetAtt as a string', { 'Fn::GetAtt': 'Table.Arn' }, 'arn:aws:dynamodb:us-east-1:000000000000:table/Table'],
    ['Fn::Join', { 'Fn::Join': ['/', ['a', { Ref: 'Table' }]] }, 'a/Table'],
    ['Fn::Join of a split', { 'Fn::Join': ['+', { 'Fn::Split': ['.', 'a.b'] }] }, 'a+b'],
    ['Fn::Select', { 'Fn::Select': ['1', { 'Fn::Split': [':', 'a:b'] }] }, 'b'],
    [
      'Fn::Sub',
      { 'Fn::Sub': ['$' + '{Table}, $' + '{Table.Arn}, $' + '{X}, $' + '{!Kept}', { X: { Ref: 'Size' } }] },
      'Table, arn:aws:dynamodb:us-east-1:000000000000:table/Table, 3, $' + '{Kept}',
    ],
    ['Fn::If', [{ 'Fn::If': ['Yes', 1, 2] }, { 'Fn::If': ['Both', 1, 2] }, { 'Fn::If': ['Either', 1, 2] }], [1, 2, 1]],
    ['Fn::FindInMap', { 'Fn::FindInMap': ['Sizes', 'small', 'disk'] }, '10'],
    [
      'AWS::NoValue, which leaves no trace',
      { a: { Ref: 'AWS::NoValue' }, b: [1, { 'Fn::If': ['No', 1, { Ref: 'AWS::NoValue' }] }] },
      { b: [1] },
    ],
    [
      'a policy statement, whose Condition is no intrinsic',
      { Condition: { Bool: { x: 'y' } } },
      { Condition: { Bool: { x: 'y' } } },
    ],
  ])('%s', (_what, value, expected) => {
    expect(resolved(value)).toEqual(expected);
  });

  test.each<[string, unknown, string]>([
    ['an unknown function', { 'Fn::Cidr': [] }, 'unable to resolve Try/It; the local runtime does not know Fn::Cidr'],
    ['an unknown name', { Ref: 'Nobody' }, 'unable to resolve Nobody; stack Try has no such resource or parameter'],
    [
      'a resource whose condition is false',
      { Ref: 'Absent' },
      'unable to resolve Absent; stack Try has no such resource or parameter',
    ],
    [
      'an unknown attribute',
      { 'Fn::GetAtt': ['Table', 'Colour'] },
      'unable to resolve Table.Colour; the local runtime does not know it of a AWS::DynamoDB::Table',
    ],
    [
      'a parameter without a default',
      { Ref: 'Asked' },
      'unable to resolve parameter Asked; it has no default: give it a value (--parameters, parameters)',
    ],
    ['an item that is not there', { 'Fn::Select': [2, ['a']] }, 'unable to resolve Try/It; Fn::Select has no item 2'],
  ])('one sentence for %s', (_what, value, message) => {
    expect(() => resolved(value)).toThrow(message);
  });

  test('one sentence for a value that is not a template', () => {
    expect(() => stackOf({ Resources: { A: { Properties: {} } } })).toThrow(
      'unable to read the template of stack Try; Resources.A.Type: ',
    );
  });
});

describe('names', () => {
  const everything = () =>
    stackOf({
      Resources: {
        Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } },
        Pool: { Type: 'AWS::Cognito::UserPool' },
        Client: { Type: 'AWS::Cognito::UserPoolClient' },
        Bucket: { Type: 'AWS::S3::Bucket' },
        Web: { Type: 'AWS::CloudFront::Distribution' },
        Queue: { Type: 'AWS::SQS::Queue' },
        Role: { Type: 'AWS::IAM::Role' },
        Table: { Type: 'AWS::DynamoDB::Table' },
        Long: { Type: 'AWS::S3::Bucket', Properties: {} },
        [`Long${'a'.repeat(100)}`]: { Type: 'AWS::S3::Bucket' },
      },
      Outputs: { Web: { Value: { 'Fn::GetAtt': ['Web', 'DomainName'] } } },
    });

  test.each([
    ['Api', /^[a-z0-9]{10}$/],
    ['Pool', /^us-east-1_[A-Za-z0-9]{9}$/],
    ['Client', /^[a-z0-9]{26}$/],
    ['Bucket', /^try-bucket-[a-z0-9]{12}$/],
    [`Long${'a'.repeat(100)}`, /^[a-z0-9-]{3,63}$/],
    ['Web', /^E[A-Z0-9]{13}$/],
    ['Queue', /^https:\/\/sqs\.us-east-1\.amazonaws\.com\/000000000000\/Try-Queue-/],
    ['Role', /^Try-Role-[A-Za-z0-9]{12}$/],
  ])('of %s look like those of AWS', (logicalId, pattern) => {
    expect(everything().ref(logicalId)).toMatch(pattern);
  });

  test('are the same after every start, and differ between stacks', () => {
    expect(everything().ref('Pool')).toBe(everything().ref('Pool'));
    expect(everything().ref('Pool')).not.toBe(
      stackOf({ Resources: { Pool: { Type: 'AWS::Cognito::UserPool' } } }, 'Other').ref('Pool'),
    );
  });

  test('find the resource: by id, by ARN, by the ARN of its stream', () => {
    const stack = everything();
    const type = 'AWS::DynamoDB::Table';
    for (const id of ['Table', stack.arn('Table'), `${stack.arn('Table')}/stream/2026-01-01T00:00:00.000`]) {
      expect(stack.byPhysicalId(type, id)?.logicalId).toBe('Table');
    }
    expect(stack.byPhysicalId(type, 'Nobody')).toBeUndefined();
    expect(stack.byPhysicalId('AWS::S3::Bucket', 'Table')).toBeUndefined();
  });

  test('without a scheme stay as they are on AWS', () => {
    expect(everything().outputs.Web).toMatch(/^d[a-z0-9]{13}\.cloudfront\.net$/);
  });
});

describe('addresses', () => {
  test.each([
    [
      'an HTTP API',
      'https://$Api.execute-api.us-east-1.amazonaws.com/me',
      'http://127.0.0.1:8080/_aws/execute-api/$Api/me',
    ],
    [
      'a WebSocket API',
      'wss://$Api.execute-api.us-east-1.amazonaws.com/prod',
      'ws://127.0.0.1:8080/_aws/execute-api/$Api/prod',
    ],
    ['Cognito itself', 'https://cognito-idp.us-east-1.amazonaws.com/; x', 'http://127.0.0.1:8080/_aws/cognito-idp/; x'],
    [
      "a pool's keys",
      'https://cognito-idp.us-east-1.amazonaws.com/$Pool/.well-known/jwks.json',
      'http://127.0.0.1:8080/_aws/cognito-idp/$Pool/.well-known/jwks.json',
    ],
    [
      'no issuer, which is a name in tokens',
      'https://cognito-idp.us-east-1.amazonaws.com/$Pool',
      'https://cognito-idp.us-east-1.amazonaws.com/$Pool',
    ],
    ['a bucket', 'https://$Bucket.s3.us-east-1.amazonaws.com/a.png', 'http://127.0.0.1:8080/_aws/s3/$Bucket/a.png'],
    [
      "somebody else's API",
      'https://abcdefghij.execute-api.us-east-1.amazonaws.com',
      'https://abcdefghij.execute-api.us-east-1.amazonaws.com',
    ],
    [
      "somebody else's issuer",
      'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Abcdefghi',
      'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Abcdefghi',
    ],
  ])('of %s', (_what, on, locally) => {
    const parts = (text: string) =>
      text.split(/(\$[A-Z][a-z]+)/).map((part) => (part.startsWith('$') ? { Ref: part.slice(1) } : part));
    const stack = stackOf({
      Resources: {
        Api: { Type: 'AWS::ApiGatewayV2::Api' },
        Pool: { Type: 'AWS::Cognito::UserPool' },
        Bucket: { Type: 'AWS::S3::Bucket' },
      },
      Outputs: { It: { Value: { 'Fn::Join': ['', parts(on)] } } },
    });
    expect(stack.outputs.It).toBe(
      locally.replace(/\$([A-Z][a-z]+)/, (_whole, logicalId: string) => stack.ref(logicalId)),
    );
  });
});
