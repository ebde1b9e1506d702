import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Credentials } from '#iam/access-keys';
import { startSecrets } from '#secrets/start';
import { lambda, role } from '../dynamodb/template.ts';
import { startContext } from '../sqs/fixture.ts';

const arn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:shop/own-??????';

let fixture: Awaited<ReturnType<typeof startContext>>;
beforeAll(async () => {
  fixture = await startContext(({ seen, plan }) => ({
    Resources: {
      WorkerRole: role([], { more: [{ Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: arn }] }),
      Worker: lambda('WorkerRole', { SEEN: seen, PLAN: plan }),
    },
  }));
  fixture.serve('/_aws/secretsmanager', await startSecrets(fixture.context));
});
afterAll(() => fixture?.stop());
beforeEach(() => store({ 'shop/own': { key: 'value' }, 'shop/other': 'text' }));

const store = (values: object) => writeFileSync(join(fixture.dataDirectory, 'secrets.json'), JSON.stringify(values));

function client(credentials: Credentials): SecretsManagerClient {
  const endpoint = `${fixture.context.origin}/_aws/secretsmanager`;
  return new SecretsManagerClient({ region: 'us-east-1', endpoint, credentials });
}

const get = (SecretId: string, credentials = fixture.worker()) =>
  client(credentials).send(new GetSecretValueCommand({ SecretId }));
const named = (name: string) => expect.objectContaining({ name });

test('a secret of the file is found by its name and by its ARN; JSON is returned as text', async () => {
  const answer = await get('shop/own');
  expect(answer).toMatchObject({ Name: 'shop/own', SecretString: '{"key":"value"}' });
  expect(answer.ARN).toMatch(/:secret:shop\/own-[0-9a-f]{6}$/);
  expect(await get(answer.ARN ?? '')).toMatchObject({ SecretString: '{"key":"value"}' });
});

test('a new value counts at once', async () => {
  store({ 'shop/own': 'new' });
  expect(await get('shop/own')).toMatchObject({ SecretString: 'new' });
});

test('a function gets only what its role allows, and a refusal does not tell whether the secret exists', async () => {
  await expect(get('shop/other')).rejects.toThrow(named('AccessDeniedException'));
  await expect(get('shop/none')).rejects.toThrow(named('AccessDeniedException'));
  expect(await get('shop/other', fixture.root())).toMatchObject({ SecretString: 'text' });
});

test('a missing secret is ResourceNotFoundException, and the log says where to put it', async () => {
  store({});
  await expect(get('shop/own')).rejects.toThrow(named('ResourceNotFoundException'));
  expect(fixture.log.at(-1)).toContain('secrets.json');
});

test('a wrong signature and another operation are refused', async () => {
  const forged = { ...fixture.worker(), secretAccessKey: 'wrong' };
  await expect(get('shop/own', forged)).rejects.toThrow(named('InvalidSignatureException'));
  await expect(client(fixture.root()).send(new DescribeSecretCommand({ SecretId: 'shop/own' }))).rejects.toThrow(
    named('UnknownOperationException'),
  );
});
