import { createHash } from 'node:crypto';

/**
 * The ARN of a secret. It ends with a hyphen and six characters, which policies must allow for, as on AWS. They depend only on the name.
 * Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html#iam-resources
 */
export function secretArn(name: string, { region, account }: { region: string; account: string }): string {
  return `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${suffix(name)}`;
}

/** `SecretId` is a name or an ARN. */
export function secretNameOf(secretId: string): string {
  if (!secretId.startsWith('arn:')) return secretId;
  const named = secretId.split(':').slice(6).join(':');
  const bare = named.slice(0, -7);
  return named === `${bare}-${suffix(bare)}` ? bare : named;
}

function suffix(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 6);
}
