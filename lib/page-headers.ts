import { Duration } from 'aws-cdk-lib';
import {
  HeadersFrameOption,
  HeadersReferrerPolicy,
  ResponseHeadersPolicy,
  type ResponseSecurityHeadersBehavior,
} from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';
import { regionalName } from './regional-name.ts';

/** The hosts that the page talks to besides its own: addresses without a slash at the end. */
export interface PageReach {
  /** Where attachments are uploaded and downloaded. */
  readonly files: string;
  /** Where users sign in. */
  readonly signIn: string;
}

/** For all responses: no page may frame them, no browser may guess their type, and other sites do not learn their addresses. */
export const securityHeaders: ResponseSecurityHeadersBehavior = {
  contentTypeOptions: { override: true },
  frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
  referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
  strictTransportSecurity: { accessControlMaxAge: Duration.days(365), override: true },
};

/** Browser features that the page does not use. */
const unused = ['accelerometer', 'camera', 'display-capture', 'geolocation', 'gyroscope', 'magnetometer'];

/** Voice messages are recorded by the page itself, and by no frame in it. */
const permissions = [...unused.map((feature) => `${feature}=()`), 'microphone=(self)'].join(', ');

/**
 * The page's response headers: it runs only its own files, talks only to its own host and those of `reach`, and cannot be framed.
 * `'self'` includes WebSockets on the same host: https://w3c.github.io/webappsec-csp/#match-url-to-source-expression (Chrome 71, Safari 16, Firefox).
 */
export function pageHeaders(scope: Construct, id: string, reach: PageReach): ResponseHeadersPolicy {
  const [files, signIn] = [reach.files, reach.signIn].map(withSubpaths);
  const contentSecurityPolicy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self' blob: data: ${files}`,
    `media-src 'self' blob: data: ${files}`,
    `connect-src 'self' ${signIn} ${files}`,
    "font-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types parley',
  ].join('; ');
  return new ResponseHeadersPolicy(scope, id, {
    responseHeadersPolicyName: regionalName(scope, id, 128),
    comment: 'Parley: the page runs its own files and nothing else',
    securityHeadersBehavior: { ...securityHeaders, contentSecurityPolicy: { contentSecurityPolicy, override: true } },
    customHeadersBehavior: {
      customHeaders: [
        { header: 'Cross-Origin-Opener-Policy', value: 'same-origin', override: true },
        { header: 'Permissions-Policy', value: permissions, override: true },
      ],
    },
  });
}

/** In a policy, an address with a path matches only that path, or, with a slash at its end, all paths below it. On the local runtime buckets have paths. */
const withSubpaths = (address: string) => `${address} ${address}/`;
