import { z } from 'zod';
import { overHttp } from '#answer';
import type { Stack } from '#assembly/stack';
import { AwsError } from '#aws-json/aws-error';
import { type AwsJsonCall, serveAwsJson } from '#aws-json/serve-aws-json';
import type { Context, Service } from '#context';
import { type ParameterFiles, parameterFiles } from './parameter-files.ts';
import { openParameterStore, type Parameter } from './parameter-store.ts';

const Decrypting = z.looseObject({ WithDecryption: z.boolean().default(false) });
const Get = Decrypting.extend({ Name: z.string().min(1) });
const GetSeveral = Decrypting.extend({ Names: z.array(z.string()).min(1).max(10) });
const ByPath = Decrypting.extend({
  Path: z.string().startsWith('/'),
  Recursive: z.boolean().default(false),
  MaxResults: z.number().int().min(1).max(10).default(10),
  NextToken: z.string().optional(),
});
const Put = z.looseObject({
  Name: z.string().regex(/^[a-zA-Z0-9_./-]{1,1011}$/),
  Value: z.string().min(1).max(8_192),
  Type: z.enum(['String', 'StringList', 'SecureString']).optional(),
  Overwrite: z.boolean().default(false),
});

/**
 * SSM's parameters under `/_aws/ssm`: those of the template, of `<data folder>/parameters.json` and of `cdk.context.json`, and what is put
 * while it runs. Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
 */
export async function startSsm(
  context: Context,
  files: ParameterFiles = parameterFiles(context.dataDirectory, undefined),
): Promise<Service> {
  const { dataDirectory, clock } = context;
  const store = openParameterStore({ dataDirectory, clock, files, stack: () => context.stack });
  const show = (parameter: Parameter, decrypts: boolean) => {
    const { name, type, value, version, modifiedAt } = parameter;
    const isHidden = type === 'SecureString' && !decrypts;
    return {
      Name: name,
      Type: type,
      // No key is at work here, but what was not decrypted must not look as if it was.
      Value: isHidden ? Buffer.from(`encrypted ${value}`).toString('base64') : value,
      Version: version,
      LastModifiedDate: modifiedAt / 1000,
      ARN: parameterArn(context.stack, name),
      DataType: 'text',
    };
  };
  /** @param asked a name or an ARN, both also with `:<version>` */
  const find = (asked: string): Parameter | undefined => {
    const [, name = asked, version] = /^(.*?)(?::(\d+))?$/.exec(nameIn(asked)) ?? [];
    const all = store.all();
    const found = all.get(name) ?? all.get(name.slice(1));
    if (version !== undefined && found && found.version !== Number(version)) {
      const message = `Systems Manager could not find version ${version} of ${name}. Verify the version and try again.`;
      throw new AwsError('ParameterVersionNotFound', message);
    }
    return found;
  };
  const operations: Readonly<Record<string, (call: AwsJsonCall) => object>> = {
    GetParameter({ input, authorize }) {
      const { Name, WithDecryption } = Get.parse(input);
      authorize('ssm:GetParameter', parameterArn(context.stack, withoutVersion(nameIn(Name))));
      const found = find(Name);
      if (found) return { Parameter: show(found, WithDecryption) };
      context.log(`the SSM parameter ${Name} is asked for; put it into ${files.file}`);
      throw new AwsError('ParameterNotFound', '');
    },
    GetParameters({ input, authorize }) {
      const { Names, WithDecryption } = GetSeveral.parse(input);
      for (const name of Names)
        authorize('ssm:GetParameters', parameterArn(context.stack, withoutVersion(nameIn(name))));
      const found = Names.map((name) => ({ name, parameter: find(name) }));
      return {
        Parameters: found.flatMap(({ parameter }) => (parameter ? [show(parameter, WithDecryption)] : [])),
        InvalidParameters: found.flatMap(({ name, parameter }) => (parameter ? [] : [name])),
      };
    },
    GetParametersByPath({ input, authorize }) {
      const { Path, Recursive, WithDecryption, MaxResults, NextToken = '0' } = ByPath.parse(input);
      authorize('ssm:GetParametersByPath', parameterArn(context.stack, Path));
      const prefix = Path.endsWith('/') ? Path : `${Path}/`;
      const below = [...store.all().values()]
        .filter(({ name }) => name.startsWith(prefix) && (Recursive || !name.slice(prefix.length).includes('/')))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const end = Number(NextToken) + MaxResults;
      const Parameters = below.slice(Number(NextToken), end).map((parameter) => show(parameter, WithDecryption));
      return { Parameters, ...(end < below.length && { NextToken: `${end}` }) };
    },
    PutParameter({ input, authorize }) {
      const { Name, Value, Type, Overwrite } = Put.parse(input);
      authorize('ssm:PutParameter', parameterArn(context.stack, Name));
      const before = store.all().get(Name);
      if (before && !Overwrite) {
        const message =
          'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.';
        throw new AwsError('ParameterAlreadyExists', message);
      }
      const type = Type ?? before?.type;
      if (!type) throw new AwsError('ValidationException', 'A parameter type is required when you create a parameter.');
      return { Version: store.put(Name, { type, value: Value }).version, Tier: 'Standard' };
    },
  };

  const answer = serveAwsJson(context, {
    signingName: 'ssm',
    targetPrefix: 'AmazonSSM.',
    version: '1.1',
    maxBodyBytes: 64 * 1024,
    errors: { invalid: (error) => new AwsError('ValidationException', z.prettifyError(error)) },
    async run(call) {
      const handler = Object.hasOwn(operations, call.operation) ? operations[call.operation] : undefined;
      if (!handler) throw call.notServed();
      context.counters.count(`ssm.${call.operation}`);
      return { body: handler(call) };
    },
  });
  return {
    answer,
    handle: overHttp(answer),
    async stop() {},
  };
}

/** `/app/name` and `name` both follow `parameter`. */
function parameterArn({ region, account }: Stack, name: string): string {
  return `arn:aws:ssm:${region}:${account}:parameter/${name.replace(/^\//, '')}`;
}

/** An ARN always has a slash in front of the name. */
const nameIn = (nameOrArn: string) => nameOrArn.replace(/^arn:aws:ssm:[^:]*:[^:]*:parameter/, '');
const withoutVersion = (name: string) => name.replace(/:\d+$/, '');
