import { createHash } from 'node:crypto';
import { secretArn } from '#secrets/names';

/** A resource's names on AWS: `Ref`, ARN and the other attributes that `Fn::GetAtt` gives. */
export interface Identity {
  readonly ref: string;
  readonly arn?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** The input of an identity. Only names count, so that it is the same after a restart, and a secret where others must not know it. */
export interface Naming {
  readonly logicalId: string;
  readonly stackName: string;
  /** What the ids of user pools and their clients also depend on. */
  readonly secrets?: { readonly pools: string; readonly clients: string } | undefined;
  readonly region: string;
  readonly account: string;
  /** Whether the stack is nested in another, so that its name is long. */
  readonly isNested?: boolean;
  /** Whether another table of the app has the same logical id. */
  readonly isIdShared?: (logicalId: string) => boolean;
  /** A resolved property if it is a string, a number or a boolean, as text; else undefined. */
  property(name: string): string | undefined;
}

const lower = 'abcdefghijklmnopqrstuvwxyz0123456789';
const mixed = `${lower}ABCDEFGHIJKLMNOPQRSTUVWXYZ`;
const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** The stack's own identity (`AWS::StackId`). */
export function stackId(naming: Omit<Naming, 'property' | 'logicalId'>): string {
  const { region, account, stackName } = naming;
  return `arn:aws:cloudformation:${region}:${account}:stack/${stackName}/${uuid({ stackName, logicalId: '' })}`;
}

/**
 * The identity of a resource, shaped as AWS shapes that type's ids.
 * Source: the "Return values" of each type in https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
 */
export function identify(type: string, naming: Naming): Identity {
  return (kinds[type] ?? unspecific)(naming);
}

const kinds: Readonly<Record<string, (naming: Naming) => Identity>> = {
  'AWS::DynamoDB::Table': table,
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::S3::Bucket': (naming) => {
    const name = naming.property('BucketName') ?? bucketName(naming);
    const attributes = {
      DomainName: `${name}.s3.amazonaws.com`,
      RegionalDomainName: `${name}.s3.${naming.region}.amazonaws.com`,
      DualStackDomainName: `${name}.s3.dualstack.${naming.region}.amazonaws.com`,
      // Websites are not served; the start says so.
      WebsiteURL: `http://${name}.s3-website${dashed.has(naming.region) ? '-' : '.'}${naming.region}.amazonaws.com`,
    };
    return { ref: name, arn: `arn:aws:s3:::${name}`, attributes };
  },
  'AWS::Lambda::Function': named('FunctionName', 64, 'lambda', (ref) => `function:${ref}`),
  'AWS::Lambda::Version': (naming) => versionOf(naming, '1'),
  'AWS::Lambda::Alias': (naming) => versionOf(naming, naming.property('Name') ?? 'live'),
  'AWS::Lambda::LayerVersion': (naming) => {
    const ref = arn(naming, 'lambda', `layer:${naming.property('LayerName') ?? generated(naming, 140)}:1`);
    return { ref, arn: ref, attributes: { LayerVersionArn: ref } };
  },
  'AWS::Lambda::Url': (naming) => {
    const [target = '', qualifier] = [naming.property('TargetFunctionArn'), naming.property('Qualifier')];
    const base = target.startsWith('arn:') ? target : arn(naming, 'lambda', `function:${target}`);
    const FunctionArn = qualifier === undefined ? base : `${base}:${qualifier}`;
    const FunctionUrl = `https://${code(naming, 32, lower)}.lambda-url.${naming.region}.on.aws/`;
    return { ref: FunctionArn, attributes: { FunctionArn, FunctionUrl } };
  },
  'AWS::Lambda::EventSourceMapping': (naming) => {
    const id = uuid(naming);
    return { ref: id, arn: arn(naming, 'lambda', `event-source-mapping:${id}`), attributes: { Id: id } };
  },
  'AWS::IAM::Role': (naming) => {
    const ref = naming.property('RoleName') ?? generated(naming, 64);
    return {
      ref,
      arn: globalArn(naming, 'iam', `role/${ref}`),
      attributes: { RoleId: `AROA${code(naming, 17, upper)}` },
    };
  },
  'AWS::IAM::ManagedPolicy': (naming) => {
    const policyArn = globalArn(
      naming,
      'iam',
      `policy/${naming.property('ManagedPolicyName') ?? generated(naming, 128)}`,
    );
    return { ref: policyArn, arn: policyArn, attributes: { PolicyArn: policyArn } };
  },
  'AWS::Logs::LogGroup': named('LogGroupName', 512, 'logs', (ref) => `log-group:${ref}:*`),
  'AWS::SQS::Queue': (naming) => {
    const name = naming.property('QueueName') ?? fifoName(naming, 'FifoQueue', 80);
    const url = `https://sqs.${naming.region}.amazonaws.com/${naming.account}/${name}`;
    return { ref: url, arn: arn(naming, 'sqs', name), attributes: { QueueName: name, QueueUrl: url } };
  },
  'AWS::SNS::Topic': (naming) => {
    const name = naming.property('TopicName') ?? fifoName(naming, 'FifoTopic', 256);
    const topicArn = arn(naming, 'sns', name);
    return { ref: topicArn, arn: topicArn, attributes: { TopicName: name, TopicArn: topicArn } };
  },
  'AWS::SNS::Subscription': (naming) => {
    const ref = `${naming.property('TopicArn')}:${uuid(naming)}`;
    return { ref, arn: ref };
  },
  'AWS::SSM::Parameter': (naming) => {
    const ref = naming.property('Name') ?? `CFN-${naming.logicalId}-${code(naming, 12, mixed)}`;
    const attributes = { Type: naming.property('Type') ?? 'String', Value: naming.property('Value') ?? '' };
    return { ref, arn: arn(naming, 'ssm', `parameter/${ref.replace(/^\//, '')}`), attributes };
  },
  'AWS::SecretsManager::Secret': (naming) => {
    const ref = secretArn(naming.property('Name') ?? `${naming.logicalId}-${code(naming, 12, mixed)}`, naming);
    return { ref, arn: ref, attributes: { Id: ref } };
  },
  'AWS::KMS::Key': (naming) => {
    const id = uuid(naming);
    return { ref: id, arn: arn(naming, 'kms', `key/${id}`), attributes: { KeyId: id } };
  },
  'AWS::Cognito::UserPool': (naming) => {
    const ref = `${naming.region}_${code(naming, 9, mixed, naming.secrets?.pools)}`;
    const provider = `cognito-idp.${naming.region}.amazonaws.com/${ref}`;
    const attributes = { ProviderName: provider, ProviderURL: `https://${provider}`, UserPoolId: ref };
    return { ref, arn: arn(naming, 'cognito-idp', `userpool/${ref}`), attributes };
  },
  'AWS::Cognito::UserPoolClient': (naming) => {
    const ref = code(naming, 26, lower, naming.secrets?.clients);
    return { ref, attributes: { ClientId: ref, Name: naming.property('ClientName') ?? naming.logicalId } };
  },
  'AWS::Cognito::UserPoolGroup': (naming) => ({ ref: naming.property('GroupName') ?? generated(naming, 128) }),
  'AWS::ApiGatewayV2::Api': (naming) => {
    const ref = code(naming, 10, lower);
    const scheme = naming.property('ProtocolType') === 'WEBSOCKET' ? 'wss' : 'https';
    const ApiEndpoint = `${scheme}://${ref}.execute-api.${naming.region}.amazonaws.com`;
    return { ref, arn: `arn:aws:apigateway:${naming.region}::/apis/${ref}`, attributes: { ApiId: ref, ApiEndpoint } };
  },
  'AWS::ApiGatewayV2::DomainName': (naming) => {
    const RegionalDomainName = `d-${code(naming, 10, lower)}.execute-api.${naming.region}.amazonaws.com`;
    const attributes = { RegionalDomainName, RegionalHostedZoneId: `Z${code(naming, 13, upper)}` };
    return { ref: naming.property('DomainName') ?? generated(naming, 128), attributes };
  },
  'AWS::ApiGatewayV2::Stage': (naming) => ({ ref: naming.property('StageName') ?? '$default' }),
  'AWS::ApiGatewayV2::Deployment': (naming) => withId(code(naming, 6, lower), 'DeploymentId'),
  'AWS::ApiGatewayV2::Authorizer': (naming) => withId(code(naming, 6, lower), 'AuthorizerId'),
  'AWS::ApiGatewayV2::Integration': (naming) => withId(code(naming, 7, lower), 'IntegrationId'),
  'AWS::ApiGatewayV2::Route': (naming) => withId(code(naming, 7, lower), 'RouteId'),
  'AWS::CloudFront::Distribution': (naming) => {
    const ref = `E${code(naming, 13, upper)}`;
    const DomainName = `d${code(naming, 13, lower)}.cloudfront.net`;
    return { ref, arn: globalArn(naming, 'cloudfront', `distribution/${ref}`), attributes: { Id: ref, DomainName } };
  },
  'AWS::CloudFront::Function': (naming) => {
    const functionArn = globalArn(naming, 'cloudfront', `function/${naming.property('Name') ?? generated(naming, 64)}`);
    const attributes = { FunctionARN: functionArn, 'FunctionMetadata.FunctionARN': functionArn };
    return { ref: functionArn, arn: functionArn, attributes };
  },
  'AWS::CloudFront::CachePolicy': (naming) => withId(uuid(naming), 'Id'),
  'AWS::CloudFront::OriginRequestPolicy': (naming) => withId(uuid(naming), 'Id'),
  'AWS::CloudFront::ResponseHeadersPolicy': (naming) => withId(uuid(naming), 'Id'),
  'AWS::CloudFront::CloudFrontOriginAccessIdentity': (naming) => {
    const ref = `E${code(naming, 13, upper)}`;
    return { ref, attributes: { Id: ref, S3CanonicalUserId: canonicalUserOf(ref) } };
  },
  'AWS::CloudFront::OriginAccessControl': (naming) => withId(`E${code(naming, 13, upper)}`, 'Id'),
  'AWS::CloudFormation::Stack': (naming) => {
    const ref = stackId({ ...naming, stackName: generated(naming, 128) });
    return { ref, arn: ref };
  },
  'AWS::CloudWatch::Alarm': named('AlarmName', 255, 'cloudwatch', (ref) => `alarm:${ref}`),
  // Dashboards are global.
  'AWS::CloudWatch::Dashboard': (naming) => ({ ref: naming.property('DashboardName') ?? generated(naming, 255) }),
  'AWS::Events::EventBus': (naming) => {
    const ref = naming.property('Name') ?? generated(naming, 256);
    return { ref, arn: arn(naming, 'events', `event-bus/${ref}`), attributes: { Name: ref } };
  },
  'AWS::Events::Rule': (naming) => {
    const name = naming.property('Name') ?? generated(naming, 64);
    const bus = naming.property('EventBusName')?.split('/').at(-1) ?? 'default';
    if (bus === 'default') return { ref: name, arn: arn(naming, 'events', `rule/${name}`) };
    return { ref: `${bus}|${name}`, arn: arn(naming, 'events', `rule/${bus}/${name}`) };
  },
  'AWS::Scheduler::ScheduleGroup': named('Name', 64, 'scheduler', (ref) => `schedule-group/${ref}`),
  'AWS::Scheduler::Schedule': (naming) => {
    const ref = naming.property('Name') ?? generated(naming, 64);
    return { ref, arn: arn(naming, 'scheduler', `schedule/${naming.property('GroupName') ?? 'default'}/${ref}`) };
  },
};

/** Regions whose website hosts have a dash. Source: https://docs.aws.amazon.com/general/latest/gr/s3.html#s3_website_region_endpoints */
const dashed = new Set([
  'ap-northeast-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'eu-west-1',
  'sa-east-1',
  'us-east-1',
  'us-west-1',
  'us-west-2',
]);

/** The canonical user of an origin access identity: 64 hexadecimal digits. */
export function canonicalUserOf(originAccessIdentity: string): string {
  return createHash('sha256').update(originAccessIdentity).digest('hex');
}

/** For types that are not listed here, `Ref` is the stack's name, the logical id and a random part, as for most types. */
function unspecific(naming: Naming): Identity {
  return { ref: generated(naming, 128) };
}

/** AWS would generate the name. The logical id is easier to find on a laptop, and stays the same when the app gets another stack. */
function table(naming: Naming): Identity {
  const { stackName, logicalId } = naming;
  const ref =
    naming.property('TableName') ?? (naming.isIdShared?.(logicalId) ? `${stackName}-${logicalId}` : logicalId);
  const tableArn = arn(naming, 'dynamodb', `table/${ref}`);
  return {
    ref,
    arn: tableArn,
    attributes: { StreamArn: `${tableArn}/stream/2026-01-01T00:00:00.000`, TableId: uuid(naming) },
  };
}

/** A resource whose `Ref` is its name, which the property may set. */
function named(property: string, longest: number, service: string, rest: (name: string) => string) {
  return (naming: Naming): Identity => {
    const ref = naming.property(property) ?? generated(naming, longest);
    return { ref, arn: arn(naming, service, rest(ref)) };
  };
}

function versionOf(naming: Naming, version: string): Identity {
  const target = naming.property('FunctionName') ?? '';
  const base = target.startsWith('arn:') ? target : arn(naming, 'lambda', `function:${target}`);
  const ref = `${base}:${version}`;
  return { ref, arn: ref, attributes: { Version: version, FunctionArn: ref } };
}

function withId(ref: string, attribute: string): Identity {
  return { ref, attributes: { [attribute]: ref } };
}

function arn(naming: Naming, service: string, rest: string): string {
  return `arn:aws:${service}:${naming.region}:${naming.account}:${rest}`;
}

function globalArn(naming: Naming, service: string, rest: string): string {
  return `arn:aws:${service}::${naming.account}:${rest}`;
}

function generated(naming: Naming, longest: number): string {
  const suffix = code(naming, 12, mixed);
  return `${stem(naming, longest - 13)}-${suffix}`;
}

/** The stack's name and the logical id. Of a nested stack's long name only the beginning is used, as on AWS. */
function stem({ stackName, logicalId, isNested }: Naming, longest: number): string {
  const whole = `${stackName}-${logicalId}`;
  if (!isNested || whole.length <= longest) return whole.slice(0, longest);
  const room = Math.max(longest - logicalId.length - 1, Math.floor(longest / 2));
  return `${stackName.slice(0, room)}-${logicalId}`.slice(0, longest);
}

/** The names of FIFO queues and topics end with `.fifo`. */
function fifoName(naming: Naming, property: string, longest: number): string {
  if (naming.property(property) !== 'true') return generated(naming, longest);
  return `${generated(naming, longest - '.fifo'.length)}.fifo`;
}

/** S3: 3 to 63 characters, lower case. */
function bucketName(naming: Naming): string {
  return `${stem(naming, 50).toLowerCase()}-${code(naming, 12, lower)}`;
}

function code(
  naming: Pick<Naming, 'stackName' | 'logicalId'>,
  length: number,
  alphabet: string,
  secret: string | undefined = '',
): string {
  const bytes = createHash('sha512').update(`${secret}${naming.stackName}/${naming.logicalId}`).digest();
  return Array.from(bytes.subarray(0, length), (byte) => alphabet[byte % alphabet.length]).join('');
}

function uuid(naming: Pick<Naming, 'stackName' | 'logicalId'>): string {
  const hex = createHash('sha256').update(`${naming.stackName}/${naming.logicalId}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
