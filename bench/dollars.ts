import type { Stack } from '@parley/local';
import { type Measured, typical } from './measure.ts';
import { prices } from './prices.ts';

/** The price of a million operations. */
export interface Dollars {
  readonly dynamodb: number;
  /** Requests, and the milliseconds that were measured here, at the memory in the template. */
  readonly lambda: number;
  readonly gateway: number;
  readonly total: number;
}

const million = 1_000_000;

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
  return {
    dynamodb: dynamodb * million,
    lambda: lambda * million,
    gateway: gateway * million,
    total: (dynamodb + lambda + gateway) * million,
  };
}
