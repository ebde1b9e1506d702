import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isObject, parseJson } from '#text';

/** A parameter's type and value, as SSM has them. A list is joined by commas. */
export interface ParameterValue {
  readonly type: 'String' | 'StringList' | 'SecureString';
  readonly value: string;
}

const Value = z.union([
  z.string().transform((value): ParameterValue => ({ type: 'String', value })),
  z.array(z.string()).transform((values): ParameterValue => ({ type: 'StringList', value: values.join(',') })),
  z.object({ type: z.enum(['String', 'StringList', 'SecureString']), value: z.string() }),
]);

/** Parameters that no stack has: of a person, and those that CDK looked up in an account. */
export interface ParameterFiles {
  /** `<data folder>/parameters.json`: name → text, list of texts, or `{"type": "SecureString", "value": …}`. */
  readonly file: string;
  /** Read at each call, so that a new value counts at once. @throws Error, one sentence, for a file that is not what it should be */
  all(): ReadonlyMap<string, ParameterValue>;
}

/** @param contextFile `cdk.context.json` of the app */
export function parameterFiles(dataDirectory: string, contextFile: string | undefined): ParameterFiles {
  const file = join(dataDirectory, 'parameters.json');
  return {
    file,
    all: () => new Map([...lookedUp(contextFile), ...ofPerson(file)]),
  };
}

function ofPerson(file: string): Iterable<[string, ParameterValue]> {
  if (!existsSync(file)) return [];
  const { data } = z.record(z.string(), Value).safeParse(parseJson(readFileSync(file, 'utf8')));
  if (data) return Object.entries(data);
  throw new Error(`unable to read ${file}; it needs JSON: name → text, list of texts, or {"type": …, "value": …}`);
}

/** CDK's keys are like `ssm:account=123:parameterName=/app/name:region=eu-west-1`. */
function lookedUp(file: string | undefined): [string, ParameterValue][] {
  if (file === undefined || !existsSync(file)) return [];
  const context = parseJson(readFileSync(file, 'utf8'));
  return Object.entries(isObject(context) ? context : {}).flatMap(([key, value]): [string, ParameterValue][] => {
    const name = /^ssm:.*?parameterName=(.+?)(:region=[^:]*)?$/.exec(key)?.[1];
    return name !== undefined && typeof value === 'string' ? [[name, { type: 'String', value }]] : [];
  });
}
