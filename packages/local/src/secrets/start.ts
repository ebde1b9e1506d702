import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { ZodError, z } from 'zod';
import type { Context, Service } from '../context.ts';
import { readBody } from '../dynamodb/read-body.ts';
import type { Principal } from '../iam/access-keys.ts';
import { type SignatureCode, verifySignature } from '../iam/signature.ts';
import { Refusal } from '../sqs/refusal.ts';
import { secretArn, secretNameOf } from './names.ts';

const target = 'secretsmanager.';
const largestRequest = 64 * 1024;

const GetSecretValue = z.looseObject({ SecretId: z.string().min(1) });
/** A secret that is an object stands there as it is. */
const Values = z.record(z.string(), z.unknown());

/**
 * Secrets Manager under `/_aws/secretsmanager`, for reading: signature and role are checked. The values are a developer's own, as on AWS
 * they are a deployer's: `<data folder>/secrets.json`, name → text or JSON, read at every call, so that a new value counts at once.
 */
export async function startSecrets(context: Context): Promise<Service> {
  const { region, account } = context.stack;
  const file = join(context.dataDirectory, 'secrets.json');

  const read = async (): Promise<Map<string, string>> => {
    const text = await readFile(file, 'utf8').catch(() => '{}');
    const values = Object.entries(Values.parse(JSON.parse(text)));
    return new Map(
      values.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const),
    );
  };
  const answer = async (operation: string, input: unknown, principal: Principal): Promise<object> => {
    if (operation !== 'GetSecretValue') {
      throw new Refusal(400, 'UnknownOperationException', `${operation} is not served locally`);
    }
    const name = secretNameOf(GetSecretValue.parse(input).SecretId);
    const arn = secretArn(name, { region, account });
    const decision = context.policies.authorize(principal, 'secretsmanager:GetSecretValue', arn);
    if (!decision.allowed) throw new Refusal(400, 'AccessDeniedException', decision.message);
    const SecretString = (await read()).get(name);
    if (SecretString === undefined) {
      context.log(`the secret ${name} is asked for; put it into ${file}`);
      const message = "Secrets Manager can't find the specified secret.";
      throw new Refusal(400, 'ResourceNotFoundException', message);
    }
    context.counters.count('secrets.GetSecretValue');
    return { ARN: arn, Name: name, SecretString, VersionStages: ['AWSCURRENT'] };
  };

  return {
    async handle(request, response) {
      try {
        const body = await readBody(request, largestRequest);
        if (!body) throw new Refusal(413, 'RequestEntityTooLarge', 'the request exceeds 64 KB');
        const signature = await verifySignature(
          { method: request.method ?? '', url: request.url ?? '', headers: request.headers, payload: { body } },
          { service: 'secretsmanager', region, keys: context.keys, now: () => context.clock.now() },
        );
        if (!signature.ok) throw new Refusal(400, signatureErrors[signature.code], signature.message);
        const called = String(request.headers['x-amz-target'] ?? '');
        const operation = called.startsWith(target) ? called.slice(target.length) : called;
        send(response, 200, await answer(operation, JSON.parse(body.toString()), signature.principal));
      } catch (error) {
        if (error instanceof Refusal) {
          send(response, error.status, { __type: error.code, Message: error.message });
        } else if (error instanceof ZodError || error instanceof SyntaxError) {
          // Also a secrets.json that is none: without its text, which is secret.
          send(response, 400, { __type: 'InvalidRequestException', Message: `not the JSON that is needed (${file})` });
        } else throw error;
      }
    },
    async stop() {},
  };
}

const signatureErrors: Readonly<Record<SignatureCode, string>> = {
  MissingAuthenticationToken: 'MissingAuthenticationTokenException',
  InvalidAccessKeyId: 'UnrecognizedClientException',
  InvalidToken: 'UnrecognizedClientException',
  SignatureDoesNotMatch: 'InvalidSignatureException',
  RequestExpired: 'InvalidSignatureException',
};

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.1',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
