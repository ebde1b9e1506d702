import { randomBytes } from 'node:crypto';

/** Who signed a request. The `arn` is the one that AWS's refusals name: a function acts as a session of its role. */
export type Principal =
  | { readonly kind: 'root'; readonly arn: string }
  /** A service of AWS on behalf of a resource, whose ARN this is; only resources' own policies let it in. */
  | { readonly kind: 'service'; readonly arn: string; readonly service: string }
  | { readonly kind: 'role'; readonly arn: string; readonly roleId: string; readonly functionId: string };

/** Keys for an AWS SDK client. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface AccessKeys {
  /** New keys for a principal; a role's are temporary ones with a session token, as STS gives them. They live as long as the process. */
  issue(principal: Principal): Credentials;
  find(accessKeyId: string): { principal: Principal; credentials: Credentials } | undefined;
}

/** @param random so many random bytes */
export function createAccessKeys(random: (size: number) => Buffer = randomBytes): AccessKeys {
  const issued = new Map<string, { principal: Principal; credentials: Credentials }>();
  return {
    issue(principal) {
      const suffix = random(10).toString('hex').toUpperCase().slice(0, 16);
      const credentials: Credentials = {
        // AWS's own prefixes: AKIA for long-lived keys, ASIA for temporary ones.
        accessKeyId: `${principal.kind === 'role' ? 'ASIA' : 'AKIA'}${suffix}`,
        secretAccessKey: random(30).toString('base64'),
        ...(principal.kind === 'role' ? { sessionToken: random(96).toString('base64') } : {}),
      };
      issued.set(credentials.accessKeyId, { principal, credentials });
      return credentials;
    },
    find: (accessKeyId) => issued.get(accessKeyId),
  };
}
