import { checkSigner } from '#gateway/caller';
import type { Gateway } from '#gateway/gateway-state';
import type { HttpAuthorization } from './authorization.ts';
import { routeArn } from './lambda-authorizer.ts';
import type { DescribedRequest, RoutedRequest } from './request-event.ts';

/** Source: AWS, "Control access to HTTP APIs with IAM authorization". Every refusal is 403. */
export function authorizeSigner(
  gateway: Gateway,
  described: DescribedRequest,
  routed: RoutedRequest,
): HttpAuthorization {
  const decision = checkSigner(gateway, routed.request, routed.body, routeArn(gateway, routed, described));
  if (!decision.allowed) return { kind: 'forbidden', message: decision.message };
  return { kind: 'allowed', authorized: { kind: 'iam', caller: decision.caller } };
}
