import { QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Settings } from './settings.ts';

/** Every queue is encrypted, with the deployer's key or with one of SQS's own, and refuses plain http. */
export function queueEncryption({ encryptionKey }: Pick<Settings, 'encryptionKey'>) {
  const encryption = encryptionKey
    ? { encryption: QueueEncryption.KMS, encryptionMasterKey: encryptionKey }
    : { encryption: QueueEncryption.SQS_MANAGED };
  return { ...encryption, enforceSSL: true } satisfies QueueProps;
}

/**
 * How many environments a queue's function may take at once. In a new account with ten, all queues together must leave room for sockets and requests.
 * @param most in an account with the usual quota
 * @returns at least 2, Lambda's least: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
export function queueConcurrency({ concurrency }: Pick<Settings, 'concurrency'>, most: number): number {
  return Math.max(2, Math.min(most, Math.floor(concurrency / 20)));
}
