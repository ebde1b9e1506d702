import type { Stack } from '@parley/local';
import { type Measured, typical } from './measure.ts';

/**
 * The prices of AWS in us-east-1 in dollars, as other sites copied them from AWS's pages, in 2026 unless another date is given. Check
 * AWS's pages before you promise a figure. Without a confirmed source, and so not here: S3 requests, CloudWatch Logs, CloudFront.
 */

const perMillion = (dollars: number) => dollars / 1_000_000;

export const prices = {
  /** A write request unit: 1 KB. https://airbyte.com/data-engineering-resources/dynamodb-pricing (since November 2024) */
  dynamodbWriteUnit: perMillion(0.625),
  /** A read request unit: 4 KB read consistently, or twice that eventually consistently. Same source. */
  dynamodbReadUnit: perMillion(0.125),
  /** https://cloudchipr.com/blog/aws-lambda-pricing */
  lambdaRequest: perMillion(0.2),
  /** A gigabyte-second on arm64. Same source. */
  lambdaGigabyteSecond: 0.0000133334,
  /** A frame or a post, up to 32 KB. https://aws.amazon.com/api-gateway/pricing/ as of 20 September 2026, from github.com/api-evangelist */
  socketMessage: perMillion(1),
  /** HTTP API, up to 512 KB, of the first 300 million a month. Same source. */
  httpRequest: perMillion(1),
  /** A request to a standard queue, up to 64 KB. https://aws.amazon.com/sqs/pricing/ (after the first million of a month) */
  queueRequest: perMillion(0.4),
} as const;

/** The price of a million operations. */
export interface Dollars {
  readonly dynamodb: number;
  /** Requests, and the milliseconds that were measured here, at the memory in the template. */
  readonly lambda: number;
  readonly gateway: number;
  /** Sent messages, and receiving and deleting for each batch of a function. Polling an empty queue is no part of an operation. */
  readonly sqs: number;
  readonly total: number;
}

export function dollars(measured: Measured, stack: Stack): Dollars {
  const { frames = 0, requests = 0 } = measured.asks;
  const dynamodb =
    typical(measured, 'dynamodb.write-units') * prices.dynamodbWriteUnit +
    typical(measured, 'dynamodb.read-units') * prices.dynamodbReadUnit;
  const gateway =
    (frames + typical(measured, 'connections.post')) * prices.socketMessage + requests * prices.httpRequest;
  const seconds = stack.functions
    .map(({ logicalId, properties }) => {
      const gigabytes = Number(properties.MemorySize ?? 128) / 1024;
      return (gigabytes * typical(measured, `lambda.ms:${logicalId}`)) / 1000;
    })
    .reduce((sum, one) => sum + one, 0);
  const lambda = typical(measured, /^lambda\.invoke:/) * prices.lambdaRequest + seconds * prices.lambdaGigabyteSecond;
  const sqs = (typical(measured, 'sqs.SendMessage') + 2 * typical(measured, 'sqs.batches')) * prices.queueRequest;
  return {
    dynamodb: dynamodb * 1_000_000,
    lambda: lambda * 1_000_000,
    gateway: gateway * 1_000_000,
    sqs: sqs * 1_000_000,
    total: (dynamodb + lambda + gateway + sqs) * 1_000_000,
  };
}
