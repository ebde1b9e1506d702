import { createHmac } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

const secrets = new SecretsManagerClient();

/** Signs a name with the generated secret. */
export async function sign(name) {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: process.env.SECRET_ARN }));
  return createHmac('sha256', JSON.parse(SecretString).key).update(name).digest('base64url');
}
