import { randomBytes } from 'node:crypto';

/** Who signed a request. AWS's error messages contain the `arn`. A function acts as a session of its role. */
export type Principal =
  | { readonly kind: 'root'; readonly arn: string }
  /** An AWS service that acts for the resource `arn`. Only resource policies can allow it. */
  | { readonly kind: 'service'; readonly arn: string; readonly service: string }
  /** An origin access identity of CloudFront, which bucket policies name by `canonicalUser` or ARN. */
  | { readonly kind: 'identity'; readonly arn: string; readonly canonicalUser: string }
  | { readonly kind: 'role'; readonly arn: string; readonly roleId: string; readonly functionId: string };

/** Keys for an AWS SDK client. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface AccessKeys {
  /** Creates keys that are valid until the process ends. Keys of a role have a session token, as those of STS. */
  issue(principal: Principal): Credentials;
  find(accessKeyId: string): { principal: Principal; credentials: Credentials } | undefined;
}

export function createAccessKeys(random: (size: number) => Buffer = randomBytes): AccessKeys {
  const issued = new Map<string, { principal: Principal; credentials: Credentials }>();
  return {
    issue(principal) {
      const suffix = random(10).toString('hex').toUpperCase().slice(0, 16);
      const credentials: Credentials = {
        // AWS's prefixes: AKIA for long-lived keys, ASIA for temporary ones.
        accessKeyId: `${principal.kind === 'role' ? 'ASIA' : 'AKIA'}${suffix}`,
        secretAccessKey: random(30).toString('base64'),
        sessionToken: principal.kind === 'role' ? random(96).toString('base64') : undefined,
      };
      issued.set(credentials.accessKeyId, { principal, credentials });
      return credentials;
    },
    find: (accessKeyId) => issued.get(accessKeyId),
  };
}
