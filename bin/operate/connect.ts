import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { targetFrom } from '#lambdas/runtime/aws-target';
import { openTable } from '#lambdas/runtime/services';

/** What an operator's command needs of the outputs of a stack. */
const OperatedOutputs = z.looseObject({
  WebUrl: z.string(),
  Region: z.string(),
  UserPoolId: z.string(),
  UserPoolClientId: z.string(),
  TableName: z.string(),
  BucketName: z.string(),
  DeadLettersUrl: z.string(),
  AccountQueueUrl: z.string(),
  /** Of a local runtime alone. */
  CognitoEndpoint: z.optional(z.string()),
});
export type OperatedOutputs = z.infer<typeof OperatedOutputs>;

/** A deployed or local stack, with the clients that commands of operators use. */
export interface Operated {
  readonly outputs: OperatedOutputs;
  readonly isLocal: boolean;
  readonly dynamodb: DynamoDBClient;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly cognito: CognitoIdentityProviderClient;
  stop(): void;
}

/**
 * Connects to the stack whose outputs are in a file: that of `cdk deploy --outputs-file`, or `.parley/outputs.json` of a local runtime. Region and
 * credentials of an account are those of any AWS tool; of a local runtime they are in the file's folder, and the environment gets them.
 * @throws Error, one sentence
 */
export async function connect(outputsFile: string): Promise<Operated> {
  // The clients would say at every start what Node they will need next year.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const outputs = await readOutputs(outputsFile);
  const isLocal = outputs.CognitoEndpoint !== undefined;
  if (isLocal) await useLocal(outputsFile, outputs);
  const region = { region: outputs.Region };
  const dynamodb = new DynamoDBClient(region);
  const s3 = new S3Client({ ...region, forcePathStyle: isLocal });
  const sqs = new SQSClient(region);
  const cognito = new CognitoIdentityProviderClient({
    ...region,
    ...(outputs.CognitoEndpoint && { endpoint: outputs.CognitoEndpoint }),
  });
  return {
    outputs,
    isLocal,
    ...{ dynamodb, s3, sqs, cognito },
    stop() {
      for (const client of [dynamodb, s3, sqs, cognito]) client.destroy();
    },
  };
}

async function readOutputs(path: string): Promise<OperatedOutputs> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Error(`unable to read ${path}; write it with: npx cdk deploy --outputs-file ${path}`);
  });
  const stacks: unknown[] = Object.values(JSON.parse(text));
  const found = stacks.map((outputs) => OperatedOutputs.safeParse(outputs)).find(({ success }) => success);
  if (!found?.data)
    throw new Error(`unable to use ${path}; none of its stacks has TableName, BucketName and the others`);
  return found.data;
}

/** The services of a local runtime, and its keys. https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
async function useLocal(outputsFile: string, { WebUrl, Region }: OperatedOutputs): Promise<void> {
  const origin = new URL(WebUrl).origin;
  for (const service of ['dynamodb', 's3', 'sqs']) {
    process.env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] = `${origin}/_aws/${service}`;
  }
  process.env.AWS_REGION = Region;
  process.env.AWS_SHARED_CREDENTIALS_FILE = join(dirname(resolve(outputsFile)), 'credentials');
  // A profile of the operator's own would be looked for in that file.
  for (const name of ['AWS_PROFILE', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) {
    delete process.env[name];
  }
}

/** The operator's region and keys, as the functions' own clients want them. Keys of a role end: then run the command again. */
export async function callerOf({ dynamodb, outputs }: Operated) {
  return { region: outputs.Region, credentials: await dynamodb.config.credentials() };
}

/** The stack's table, as the functions use it. */
export async function lambdaTable(operated: Operated) {
  const { region, credentials } = await callerOf(operated);
  const target = targetFrom({ ...process.env, AWS_REGION: region }, 'dynamodb');
  return openTable(operated.outputs.TableName, { ...target, region, credentials });
}
