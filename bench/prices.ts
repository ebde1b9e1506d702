/**
 * What AWS charges in us-east-1, in dollars. Looked up in September 2026; ask AWS before you promise anybody a figure.
 * Not here, because no source could be confirmed: S3 requests, CloudWatch Logs, CloudFront. Not per operation, and so in no table:
 * connection minutes and data out.
 */

const perMillion = (dollars: number) => dollars / 1_000_000;

export const prices = {
  /** A write request unit: 1 KB. https://aws.amazon.com/dynamodb/pricing/on-demand/ (as cut in November 2024) */
  dynamodbWriteUnit: perMillion(0.625),
  /** A read request unit: 4 KB read strongly, twice that otherwise. Same page. */
  dynamodbReadUnit: perMillion(0.125),
  /** https://aws.amazon.com/lambda/pricing/ */
  lambdaRequest: perMillion(0.2),
  /** arm64, a gigabyte for a second. Same page. */
  lambdaGigabyteSecond: 0.0000133334,
  /** A frame in or a post out, up to 32 KB. https://aws.amazon.com/api-gateway/pricing/ (20 September 2026) */
  socketMessage: perMillion(1),
  /** HTTP API, up to 512 KB, of the first 300 million a month. Same page. */
  httpRequest: perMillion(1),
  /** An open WebSocket connection for a minute. Same page. */
  connectionMinute: perMillion(0.25),
  /** A gigabyte out of AWS. Same page, examples. */
  gigabyteOut: 0.09,
} as const;
