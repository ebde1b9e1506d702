import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogField, AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { type IAccessLogSettings, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Settings } from './settings.ts';

/**
 * One JSON line per request. The fields are API Gateway's context variables. None of them contains the query string, so a token in it never
 * reaches the log.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html
 */
export function accessLog(
  scope: Construct,
  fields: Readonly<Record<string, string>>,
  options: Pick<Settings, 'logRetentionDays'>,
): IAccessLogSettings & { readonly logGroup: LogGroup } {
  const logGroup = new LogGroup(scope, 'AccessLog', {
    retention: options.logRetentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const format = {
    requestId: AccessLogField.contextRequestId(),
    time: AccessLogField.contextRequestTime(),
    ip: AccessLogField.contextIdentitySourceIp(),
    routeKey: '$context.routeKey',
    status: AccessLogField.contextStatus(),
    // What API Gateway answered, what the function threw, and why no token could be checked.
    error: '$context.error.message',
    integration: '$context.integrationErrorMessage',
    authorizer: '$context.authorizer.error',
    ...fields,
  };
  return {
    destination: new LogGroupLogDestination(logGroup),
    format: AccessLogFormat.custom(JSON.stringify(format)),
    logGroup,
  };
}
