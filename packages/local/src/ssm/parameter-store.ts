import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Stack } from '#assembly/stack';
import type { Clock } from '#clock';
import { readJsonSync, writeJsonSync } from '#files';
import type { ParameterFiles, ParameterValue } from './parameter-files.ts';

const Type = z.enum(['String', 'StringList', 'SecureString']);
const Stored = z.record(
  z.string(),
  z.object({
    type: Type,
    value: z.string(),
    version: z.number(),
    /** Milliseconds since the epoch. */
    modifiedAt: z.number(),
    /** What the template or the person's file said when it was looked at last. */
    from: z.string().optional(),
  }),
);
export type Parameter = z.infer<typeof Stored>[string] & { readonly name: string };

const Properties = z.looseObject({ Type: Type.default('String'), Value: z.string() });

export interface ParameterStore {
  /** All parameters by name. Those of templates and files have a new version when their value there has changed. */
  all(): ReadonlyMap<string, Parameter>;
  /** Sets a value: it counts until the template or the file says something new. */
  put(name: string, value: ParameterValue): Parameter;
}

export function openParameterStore(options: {
  dataDirectory: string;
  stack: () => Stack;
  files: ParameterFiles;
  clock: Clock;
}): ParameterStore {
  const { stack, files, clock } = options;
  const folder = join(options.dataDirectory, 'ssm');
  const path = join(folder, 'parameters.json');
  let stored: z.infer<typeof Stored> | undefined;
  const current = () => {
    stored ??= readJsonSync(path, Stored) ?? {};
    return stored;
  };
  const save = () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeJsonSync(path, current());
  };
  const given = (): Map<string, ParameterValue> => {
    const ofStack = stack()
      .ofType('AWS::SSM::Parameter')
      .map(({ logicalId, properties }): [string, ParameterValue] => {
        const { Type: type, Value: value } = Properties.parse(properties);
        return [stack().ref(logicalId), { type, value }];
      });
    return new Map([...ofStack, ...files.all()]);
  };
  return {
    all() {
      const known = current();
      let isChanged = false;
      for (const [name, { type, value }] of given()) {
        const from = JSON.stringify([type, value]);
        if (known[name]?.from === from) continue;
        known[name] = { type, value, from, version: (known[name]?.version ?? 0) + 1, modifiedAt: clock.now() };
        isChanged = true;
      }
      if (isChanged) save();
      return new Map(Object.entries(known).map(([name, parameter]) => [name, { name, ...parameter }]));
    },
    put(name, { type, value }) {
      const before = current()[name];
      const parameter = { ...before, type, value, version: (before?.version ?? 0) + 1, modifiedAt: clock.now() };
      current()[name] = parameter;
      save();
      return { name, ...parameter };
    },
  };
}
