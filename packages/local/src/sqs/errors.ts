import { AwsError } from '#aws-json/aws-error';

/** @param queryCode the error's name in the older query protocol, which SDKs still use */
export function sqsError(name: string, message: string, queryCode = `AWS.SimpleQueueService.${name}`): AwsError {
  return new AwsError(`com.amazonaws.sqs#${name}`, message, {
    headers: { 'x-amzn-query-error': `${queryCode};Sender` },
  });
}
