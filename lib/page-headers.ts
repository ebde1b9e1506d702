import { Duration } from 'aws-cdk-lib';
import { HeadersFrameOption, HeadersReferrerPolicy, ResponseHeadersPolicy } from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';

/** Whom the page talks to besides its own host: addresses without a slash at the end. */
export interface PageReach {
  /** Where files are sent to and fetched from. */
  readonly files: string;
  /** Where people sign in. */
  readonly signIn: string;
}

/** What the page might ask a browser for and does not need. */
const unused = ['accelerometer', 'camera', 'display-capture', 'geolocation', 'gyroscope', 'magnetometer', 'microphone'];

/**
 * The headers of the page: it runs nothing but its own files, talks to nobody but its own host and those of `reach`, and stands in no frame.
 * Its own host includes the sockets there: https://w3c.github.io/webappsec-csp/#match-url-to-source-expression (Chrome 71, Safari 16, Firefox).
 */
export function pageHeaders(scope: Construct, id: string, reach: PageReach): ResponseHeadersPolicy {
  const [files, signIn] = [reach.files, reach.signIn].map(itselfAndBelow);
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
    comment: 'Parley: the page runs its own files and nothing else',
    securityHeadersBehavior: {
      contentSecurityPolicy: { contentSecurityPolicy, override: true },
      contentTypeOptions: { override: true },
      frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
      referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
      strictTransportSecurity: { accessControlMaxAge: Duration.days(365), override: true },
    },
    customHeadersBehavior: {
      customHeaders: [
        { header: 'Cross-Origin-Opener-Policy', value: 'same-origin', override: true },
        { header: 'Permissions-Policy', value: unused.map((feature) => `${feature}=()`).join(', '), override: true },
      ],
    },
  });
}

/** An address that has a path, as buckets have where the stack is served locally, means that path alone, and with a slash what is below it. */
const itselfAndBelow = (address: string) => `${address} ${address}/`;
