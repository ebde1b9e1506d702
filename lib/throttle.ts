import type { ThrottleSettings } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Throttle } from './parley-props.ts';

/** A stage's limit. Without one of its own it leaves room for the other APIs of the account, which has 10,000 requests a second for all of them. */
export function throttle({ rate, burst }: Throttle = { rate: 2_000, burst: 1_000 }): ThrottleSettings {
  return { rateLimit: rate, burstLimit: burst };
}
