import type { Stack } from '@parley/local';
import { type Measured, typical } from './measure.ts';

/**
 * The prices of AWS in us-east-1 in dollars, as other sites copied them from AWS's pages, in 2026 unless another date is given. Check
 * AWS's pages before you promise a figure. No free tier is taken off, except Cognito's.
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
  /** A minute of a connection. https://aws.amazon.com/api-gateway/pricing/ as of 20 September 2026, from github.com/api-evangelist */
  connectionMinute: perMillion(0.25),
  /** An HTTPS request, also the handshake of a socket; frames cost nothing more. https://kindatechnical.com/aws-certification-associate-developer/lesson-87-cloudfront-pricing.html */
  edgeRequest: perMillion(1),
  /** A run of edge/rewrite.js. https://cur.vantage.sh/aws/amazoncloudfront/ */
  edgeFunction: perMillion(0.1),
  /** A gigabyte to North America or Europe. https://aws.amazon.com/cloudfront/pricing (the first 10 TB) */
  edgeGigabyte: 0.085,
  /** A gigabyte of logs, once. https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards/ (13 June 2026) */
  logGigabyte: 0.5,
  /** A gigabyte of the table for a month. https://aws.amazon.com/dynamodb/pricing/ */
  tableGigabyteMonth: 0.25,
  /** A gigabyte of the table for a month of point-in-time recovery. https://aws.amazon.com/dynamodb/pricing/ (known, not read here) */
  backupGigabyteMonth: 0.2,
  /** A metric of an alarm for a month; ten are free. https://aws.amazon.com/cloudwatch/pricing/ (known, not read here) */
  alarmMetricMonth: 0.1,
  freeAlarmMetrics: 10,
  /** A user who signed in within the month, on the plan Lite. https://aws.amazon.com/cognito/pricing/ as of 20 September 2026, from github.com/api-evangelist */
  poolUserMonth: 0.0055,
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
  const sqs =
    (typical(measured, 'sqs.SendMessage', 'sqs.SendMessageBatch') + 2 * typical(measured, 'sqs.batches')) *
    prices.queueRequest;
  return {
    dynamodb: dynamodb * 1_000_000,
    lambda: lambda * 1_000_000,
    gateway: gateway * 1_000_000,
    sqs: sqs * 1_000_000,
    total: (dynamodb + lambda + gateway + sqs) * 1_000_000,
  };
}
