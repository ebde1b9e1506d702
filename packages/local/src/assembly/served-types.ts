/**
 * What the local runtime makes of each type of resource. A type that is not listed has no part here; the start says so (`notServed`).
 * `needless`: with a reason why nobody misses it on this machine.
 */
export type Part = 'served' | { readonly needless: string };

/** @param type like `AWS::DynamoDB::Table` @returns undefined for a type that has no part here */
export function partOf(type: string): Part | undefined {
  return Object.hasOwn(parts, type) ? parts[type] : undefined;
}

const needless = (reason: string): Part => ({ needless: reason });

const deployments = needless('the template itself is what is served');
const traces = needless('nothing is traced here');
const rollouts = needless('a new version takes over at once here');
const deletion = needless('nothing is deleted when the runtime stops');
const references = needless('references between stacks have their values without it');
const network = needless("functions are in this machine's network");

/** Sorted by name. */
const parts: Readonly<Record<string, Part>> = {
  'AWS::ApiGateway::Account': needless('APIs write their logs without a role'),
  'AWS::ApiGatewayV2::Api': 'served',
  'AWS::ApiGatewayV2::ApiMapping': 'served',
  'AWS::ApiGatewayV2::Authorizer': 'served',
  'AWS::ApiGatewayV2::Deployment': deployments,
  'AWS::ApiGatewayV2::DomainName': 'served',
  'AWS::ApiGatewayV2::Integration': 'served',
  'AWS::ApiGatewayV2::IntegrationResponse': 'served',
  'AWS::ApiGatewayV2::Route': 'served',
  'AWS::ApiGatewayV2::RouteResponse': 'served',
  'AWS::ApiGatewayV2::Stage': 'served',
  'AWS::ApplicationAutoScaling::ScalableTarget': needless('capacity has no limit here'),
  'AWS::ApplicationAutoScaling::ScalingPolicy': needless('capacity has no limit here'),
  'AWS::Budgets::Budget': needless('nothing costs anything here'),
  'AWS::CDK::Metadata': needless('tells AWS which constructs are used'),
  'AWS::CertificateManager::Certificate': needless('the local port speaks plain HTTP'),
  'AWS::CloudFormation::Stack': 'served',
  'AWS::CloudFormation::WaitCondition': deployments,
  'AWS::CloudFormation::WaitConditionHandle': deployments,
  'AWS::CloudFront::CachePolicy': 'served',
  'AWS::CloudFront::CloudFrontOriginAccessIdentity': 'served',
  'AWS::CloudFront::Distribution': 'served',
  'AWS::CloudFront::Function': 'served',
  'AWS::CloudFront::OriginAccessControl': 'served',
  'AWS::CloudFront::OriginRequestPolicy': 'served',
  'AWS::CloudFront::ResponseHeadersPolicy': 'served',
  'AWS::CloudWatch::Alarm': 'served',
  'AWS::CloudWatch::Dashboard': 'served',
  'AWS::CodeDeploy::Application': rollouts,
  'AWS::CodeDeploy::DeploymentConfig': rollouts,
  'AWS::CodeDeploy::DeploymentGroup': rollouts,
  'AWS::Cognito::UserPool': 'served',
  'AWS::Cognito::UserPoolClient': 'served',
  'AWS::Cognito::UserPoolGroup': 'served',
  'AWS::DynamoDB::GlobalTable': 'served',
  'AWS::DynamoDB::Table': 'served',
  'AWS::EC2::EIP': network,
  'AWS::EC2::InternetGateway': network,
  'AWS::EC2::NatGateway': network,
  'AWS::EC2::NetworkAcl': network,
  'AWS::EC2::NetworkAclEntry': network,
  'AWS::EC2::Route': network,
  'AWS::EC2::RouteTable': network,
  'AWS::EC2::SecurityGroup': network,
  'AWS::EC2::SecurityGroupEgress': network,
  'AWS::EC2::SecurityGroupIngress': network,
  'AWS::EC2::Subnet': network,
  'AWS::EC2::SubnetNetworkAclAssociation': network,
  'AWS::EC2::SubnetRouteTableAssociation': network,
  'AWS::EC2::VPC': network,
  'AWS::EC2::VPCEndpoint': network,
  'AWS::EC2::VPCGatewayAttachment': network,
  'AWS::Events::EventBus': 'served',
  'AWS::Events::Rule': 'served',
  'AWS::IAM::ManagedPolicy': 'served',
  'AWS::IAM::Policy': 'served',
  'AWS::IAM::Role': 'served',
  'AWS::Lambda::Alias': 'served',
  'AWS::Lambda::EventInvokeConfig': 'served',
  'AWS::Lambda::EventSourceMapping': 'served',
  'AWS::Lambda::Function': 'served',
  'AWS::Lambda::LayerVersion': 'served',
  'AWS::Lambda::Permission': 'served',
  'AWS::Lambda::Url': 'served',
  'AWS::Lambda::Version': 'served',
  'AWS::Logs::LogGroup': 'served',
  'AWS::Logs::LogStream': needless('streams of logs are made when they are written'),
  'AWS::Logs::MetricFilter': 'served',
  'AWS::Logs::QueryDefinition': needless('somebody asks it in the console'),
  'AWS::Logs::ResourcePolicy': needless('APIs write their logs without a policy'),
  'AWS::S3::Bucket': 'served',
  'AWS::S3::BucketPolicy': 'served',
  'AWS::SSM::Parameter': 'served',
  'AWS::SNS::Subscription': 'served',
  'AWS::SNS::Topic': 'served',
  'AWS::SNS::TopicPolicy': 'served',
  'AWS::SQS::Queue': 'served',
  'AWS::SQS::QueuePolicy': 'served',
  'AWS::Scheduler::Schedule': 'served',
  'AWS::Scheduler::ScheduleGroup': needless('schedules are found without it'),
  'AWS::SecretsManager::ResourcePolicy': 'served',
  'AWS::SecretsManager::Secret': 'served',
  'AWS::XRay::Group': traces,
  'AWS::XRay::SamplingRule': traces,
  'Custom::CDKBucketDeployment': 'served',
  'Custom::CrossRegionExportReader': references,
  'Custom::CrossRegionExportWriter': references,
  'Custom::LogRetention': needless('logs are files, which their owner deletes'),
  'Custom::S3AutoDeleteObjects': deletion,
  'Custom::S3BucketNotifications': 'served',
  'Custom::VpcRestrictDefaultSG': network,
};
