import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { overHttp } from '#answer';
import { AwsError } from '#aws-json/aws-error';
import { type AwsJsonCall, serveAwsJson } from '#aws-json/serve-aws-json';
import type { Context, Service } from '#context';
import { secretArn, secretNameOf } from './names.ts';

const GetSecretValue = z.looseObject({ SecretId: z.string().min(1) });
const Values = z.record(z.string(), z.unknown());

/**
 * Secrets Manager under `/_aws/secretsmanager`, for reading. On AWS whoever deploys the stack sets the values; here they are in
 * `<data folder>/secrets.json`: name → text or JSON. The file is read at every call, so a new value counts at once.
 */
export async function startSecrets(context: Context): Promise<Service> {
  const file = join(context.dataDirectory, 'secrets.json');
  const invalid = () => secretsError('InvalidRequestException', `not the JSON that is needed (${file})`);

  const read = async (name: string): Promise<string | undefined> => {
    const text = await readFile(file, 'utf8').catch(() => '{}');
    const value = new Map(Object.entries(parse(text))).get(name);
    return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
  };
  const parse = (text: string) => {
    try {
      return Values.parse(JSON.parse(text));
    } catch {
      // The error of JSON.parse would show the file's text, which is secret.
      throw invalid();
    }
  };
  const run = async ({ operation, input, authorize, notServed }: AwsJsonCall): Promise<object> => {
    if (operation !== 'GetSecretValue') throw notServed();
    const name = secretNameOf(GetSecretValue.parse(input).SecretId);
    const ARN = secretArn(name, context.stack);
    authorize('secretsmanager:GetSecretValue', ARN);
    const SecretString = await read(name);
    if (SecretString === undefined) {
      context.log(`the secret ${name} is asked for; put it into ${file}`);
      throw secretsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    }
    context.counters.count('secrets.GetSecretValue');
    return { ARN, Name: name, SecretString, VersionStages: ['AWSCURRENT'] };
  };

  const answer = serveAwsJson(context, {
    signingName: 'secretsmanager',
    targetPrefix: 'secretsmanager.',
    version: '1.1',
    maxBodyBytes: 64 * 1024,
    errors: { invalid },
    run: async (call) => ({ body: await run(call) }),
  });
  return {
    answer,
    handle: overHttp(answer),
    async stop() {},
  };
}

const secretsError = (type: string, message: string) => new AwsError(type, message, { messageField: 'Message' });
