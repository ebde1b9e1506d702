import type { Credentials } from '#iam/access-keys';
import type { FunctionConfig } from './function-config.ts';

/**
 * A function's environment: its own variables, the reserved variables of Lambda, and the addresses of the local services. It contains
 * nothing of this process's environment, because a function must not find a variable here that is missing on AWS.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export function environmentVariables(
  config: FunctionConfig,
  options: { region: string; origin: string; logStream: string; credentials: Credentials; task: string },
): Record<string, string> {
  const { region, origin, logStream, credentials, task } = options;
  return {
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    // The SDK would warn about the Node version of this machine. On AWS the function has its own version.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    ...config.environment,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken ?? '',
    AWS_EXECUTION_ENV: `AWS_Lambda_${config.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: config.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(config.memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: config.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_LAMBDA_LOG_FORMAT: config.jsonLogs ? 'JSON' : 'Text',
    LAMBDA_TASK_ROOT: task,
    _HANDLER: config.handler,
    AWS_ENDPOINT_URL_DYNAMODB: `${origin}/_aws/dynamodb`,
    AWS_ENDPOINT_URL_S3: `${origin}/_aws/s3`,
    AWS_ENDPOINT_URL_LAMBDA: `${origin}/_aws/lambda`,
    AWS_ENDPOINT_URL_SQS: `${origin}/_aws/sqs`,
    AWS_ENDPOINT_URL_SNS: `${origin}/_aws/sns`,
    AWS_ENDPOINT_URL_EVENTBRIDGE: `${origin}/_aws/events`,
    AWS_ENDPOINT_URL_CLOUDWATCH: `${origin}/_aws/cloudwatch`,
    AWS_ENDPOINT_URL_SSM: `${origin}/_aws/ssm`,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: `${origin}/_aws/secretsmanager`,
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: `${origin}/_aws/cognito-idp`,
  };
}
