import { isObject } from '#text';
import type { Resource } from './stack-shape.ts';

/** Whether a setting that is there asks for something. Missing: it does when it is not empty. */
type Asks = (value: unknown) => boolean;

const isSomething: Asks = (value) =>
  Array.isArray(value) ? value.length > 0 : isObject(value) ? Object.keys(value).length > 0 : value !== false;

/**
 * Settings of served types that change what an app sees, and have no part here. Those that only matter on AWS (encryption, backups, prices,
 * metrics) are not among them.
 */
const settings: Readonly<Record<string, Readonly<Record<string, Asks>>>> = {
  'AWS::ApiGatewayV2::Api': { Body: isSomething, BodyS3Location: isSomething },
  'AWS::ApiGatewayV2::Integration': { RequestParameters: isSomething, ResponseParameters: isSomething },
  'AWS::ApiGatewayV2::Route': {
    ApiKeyRequired: isSomething,
    RequestModels: isSomething,
    RequestParameters: isSomething,
  },
  'AWS::CloudFront::Distribution': {
    'DistributionConfig.OriginGroups.Items': isSomething,
    'DistributionConfig.Restrictions.GeoRestriction.Locations': isSomething,
    'DistributionConfig.WebACLId': (value) => value !== '',
  },
  'AWS::Cognito::UserPool': { MfaConfiguration: (value) => value !== 'OFF' },
  'AWS::DynamoDB::GlobalTable': { Replicas: (value) => Array.isArray(value) && value.length > 1 },
  'AWS::DynamoDB::Table': {
    ImportSourceSpecification: isSomething,
    KinesisStreamSpecification: isSomething,
    ResourcePolicy: isSomething,
  },
  'AWS::IAM::Role': { PermissionsBoundary: isSomething },
  'AWS::Lambda::Alias': { RoutingConfig: isSomething },
  'AWS::Lambda::EventInvokeConfig': {
    'DestinationConfig.OnFailure.Destination': (value) => String(value).startsWith('arn:aws:s3:'),
  },
  'AWS::Lambda::Function': { FileSystemConfigs: isSomething },
  'AWS::Lambda::Url': { InvokeMode: (value) => value === 'RESPONSE_STREAM' },
  'AWS::S3::Bucket': {
    ObjectLockConfiguration: isSomething,
    ReplicationConfiguration: isSomething,
    WebsiteConfiguration: isSomething,
  },
};

/** The settings of a resource that have no part here, like `MfaConfiguration`. */
export function unservedSettings({ type, properties }: Resource): string[] {
  return Object.entries(settings[type] ?? {}).flatMap(([path, asks]) => {
    const value = path.split('.').reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), properties);
    return value !== undefined && asks(value) ? [path.slice(path.lastIndexOf('.') + 1)] : [];
  });
}
