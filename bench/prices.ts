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
} as const;
