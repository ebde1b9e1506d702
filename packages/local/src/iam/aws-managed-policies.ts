/**
 * The actions that AWS's own policies allow on all resources: those that CDK apps attach to functions.
 * Left out are actions of services that a function needs for nothing here (EC2's of a VPC, keys, metrics).
 * Source: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
export const awsManagedPolicies: Readonly<Record<string, readonly string[]>> = {
  AWSLambdaBasicExecutionRole: logs(),
  AWSLambdaVPCAccessExecutionRole: logs(),
  AWSLambdaDynamoDBExecutionRole: [
    'dynamodb:DescribeStream',
    'dynamodb:GetRecords',
    'dynamodb:GetShardIterator',
    'dynamodb:ListStreams',
    ...logs(),
  ],
  AWSLambdaSQSQueueExecutionRole: [
    'sqs:ReceiveMessage',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    'sqs:ChangeMessageVisibility',
    ...logs(),
  ],
  AWSLambdaRole: ['lambda:InvokeFunction'],
  AWSLambda_FullAccess: ['lambda:*', 'logs:DescribeLogGroups', 'logs:DescribeLogStreams', 'logs:GetLogEvents'],
  CloudWatchLambdaInsightsExecutionRolePolicy: logs(),
  CloudWatchLogsFullAccess: ['logs:*'],
  AWSXRayDaemonWriteAccess: xray(),
  AWSXrayWriteOnlyAccess: xray(),
  AdministratorAccess: ['*'],
  AmazonAPIGatewayInvokeFullAccess: ['execute-api:Invoke', 'execute-api:ManageConnections'],
  AmazonCognitoPowerUser: ['cognito-identity:*', 'cognito-idp:*', 'cognito-sync:*'],
  AmazonDynamoDBFullAccess: ['dynamodb:*'],
  AmazonDynamoDBFullAccess_v2: ['dynamodb:*'],
  AmazonDynamoDBReadOnlyAccess: [
    'dynamodb:BatchGetItem',
    'dynamodb:Describe*',
    'dynamodb:GetItem',
    'dynamodb:List*',
    'dynamodb:PartiQLSelect',
    'dynamodb:Query',
    'dynamodb:Scan',
  ],
  AmazonEventBridgeFullAccess: ['events:*', 'schemas:*', 'scheduler:*', 'pipes:*'],
  AmazonS3FullAccess: ['s3:*'],
  AmazonS3ReadOnlyAccess: ['s3:Get*', 's3:List*', 's3:Describe*'],
  AmazonSESFullAccess: ['ses:*'],
  AmazonSNSFullAccess: ['sns:*'],
  AmazonSQSFullAccess: ['sqs:*'],
  AmazonSQSReadOnlyAccess: ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:List*'],
  AmazonSSMFullAccess: ['ssm:*'],
  AmazonSSMReadOnlyAccess: ['ssm:Describe*', 'ssm:Get*', 'ssm:List*'],
  SecretsManagerReadWrite: ['secretsmanager:*'],
};

function logs(): string[] {
  return ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];
}

function xray(): string[] {
  return ['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'];
}
