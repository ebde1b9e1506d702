import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { overHttp } from '#answer';
import { AwsError } from '#aws-json/aws-error';
import { type AwsJsonCall, serveAwsJson } from '#aws-json/serve-aws-json';
import type { Context, Service } from '#context';
import { GenerateSecretString, generateSecret } from './generate.ts';
import { secretArn, secretNameOf } from './names.ts';
import { openSecretStore, type SecretStore, UnreadableFile, type Version } from './secret-store.ts';

const Named = z.looseObject({ SecretId: z.string().min(1) });
const Get = Named.extend({ VersionId: z.string().optional(), VersionStage: z.string().optional() });
const Put = Named.extend({
  SecretString: z.string(),
  ClientRequestToken: z.string().min(32).max(64).optional(),
  VersionStages: z.array(z.string()).min(1).default(['AWSCURRENT']),
});

const noSuchSecret = "Secrets Manager can't find the specified secret.";

/**
 * Secrets Manager under `/_aws/secretsmanager`: the template's secrets, and those in `<data folder>/secrets.json` (name → text or JSON), where
 * a person puts what on AWS whoever deploys the stack sets. Versions are kept in the data folder.
 * Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/Welcome.html
 */
export async function startSecrets(
  context: Context,
  store: SecretStore = openSecretStore(context.dataDirectory, context.clock),
): Promise<Service> {
  const invalid = (message: string) => secretsError('InvalidRequestException', message);
  const definitions = () =>
    new Map(
      context.stack
        .ofType('AWS::SecretsManager::Secret')
        .map(({ logicalId, properties }) => [secretNameOf(context.stack.ref(logicalId)), properties]),
    );
  const versionsOf = (name: string): readonly Version[] => {
    const versions = store.versions(name, definitions().get(name));
    if (versions) return versions;
    context.log(`the secret ${name} is asked for; put it into ${store.file}`);
    throw secretsError('ResourceNotFoundException', noSuchSecret);
  };
  const describe = (name: string) => {
    const versions = versionsOf(name);
    const { Description } = z.looseObject({ Description: z.string().optional() }).parse(definitions().get(name) ?? {});
    const times = versions.map(({ createdAt }) => createdAt / 1000);
    return {
      ARN: secretArn(name, context.stack),
      Name: name,
      Description,
      ...(times.length > 0 && { CreatedDate: Math.min(...times), LastChangedDate: Math.max(...times) }),
      VersionIdsToStages: Object.fromEntries(versions.map(({ id, stages }) => [id, stages])),
    };
  };

  const operations: Readonly<Record<string, (name: string, call: AwsJsonCall) => object>> = {
    GetSecretValue(name, { input }) {
      const { VersionId, VersionStage } = Get.parse(input);
      const versions = versionsOf(name);
      const stage = VersionStage ?? (VersionId === undefined ? 'AWSCURRENT' : undefined);
      const found = versions.find(
        ({ id, stages }) => (VersionId ?? id) === id && (stage === undefined || stages.includes(stage)),
      );
      if (!found) {
        const which = VersionId === undefined ? `staging label: ${stage}` : `VersionId: ${VersionId}`;
        const message = `Secrets Manager can't find the specified secret value for ${which}`;
        throw secretsError('ResourceNotFoundException', message);
      }
      return {
        ARN: secretArn(name, context.stack),
        Name: name,
        VersionId: found.id,
        SecretString: found.value,
        VersionStages: found.stages,
        CreatedDate: found.createdAt / 1000,
      };
    },
    PutSecretValue(name, { input }) {
      const { SecretString, ClientRequestToken: id = randomUUID(), VersionStages: stages } = Put.parse(input);
      versionsOf(name);
      const version = store.put(name, { id, value: SecretString, stages });
      if (!version) {
        const message = `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${secretArn(name, context.stack)}.`;
        throw secretsError('ResourceExistsException', message);
      }
      return {
        ARN: secretArn(name, context.stack),
        Name: name,
        VersionId: version.id,
        VersionStages: version.stages,
      };
    },
    DescribeSecret: (name) => describe(name),
  };
  const run = (call: AwsJsonCall): object => {
    const { operation, input, authorize, notServed } = call;
    if (operation === 'ListSecrets') {
      authorize('secretsmanager:ListSecrets', '*');
      const names = [...new Set([...definitions().keys(), ...store.names()])];
      return { SecretList: names.map(describe) };
    }
    if (operation === 'GetRandomPassword') {
      authorize('secretsmanager:GetRandomPassword', '*');
      return { RandomPassword: generateSecret(GenerateSecretString.parse(input)) };
    }
    const handler = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
    if (!handler) throw notServed();
    const name = secretNameOf(Named.parse(input).SecretId);
    authorize(`secretsmanager:${operation}`, secretArn(name, context.stack));
    const answer = handler(name, call);
    context.counters.count(`secrets.${operation}`);
    return answer;
  };

  const answer = serveAwsJson(context, {
    signingName: 'secretsmanager',
    targetPrefix: 'secretsmanager.',
    version: '1.1',
    maxBodyBytes: 256 * 1024,
    errors: { invalid: (error) => secretsError('InvalidParameterException', z.prettifyError(error)) },
    async run(call) {
      try {
        return { body: run(call) };
      } catch (error) {
        if (error instanceof UnreadableFile) throw invalid(error.message);
        throw error;
      }
    },
  });
  return {
    answer,
    handle: overHttp(answer),
    async stop() {},
  };
}

const secretsError = (type: string, message: string) => new AwsError(type, message, { messageField: 'Message' });
