import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '#clock';
import { readJsonSync, writeJsonSync } from '#files';
import { GenerateSecretString, generateSecret } from './generate.ts';

const Version = z.object({
  id: z.string(),
  value: z.string(),
  stages: z.array(z.string()),
  /** Milliseconds since the epoch. */
  createdAt: z.number(),
});
export type Version = z.infer<typeof Version>;
/** `from` says what the template or the person's file said when it was looked at last. */
const Stored = z.record(z.string(), z.object({ from: z.string(), versions: z.array(Version) }));
const Definition = z.looseObject({
  SecretString: z.string().optional(),
  GenerateSecretString: GenerateSecretString.optional(),
});
const Values = z.record(z.string(), z.unknown());

/** The secrets of a data folder, with their versions. */
export interface SecretStore {
  /** The person's own file: name → text or JSON. It is read at each call, so a new value counts at once. */
  readonly file: string;
  /**
   * The versions of a secret; empty for one without a value, undefined for one that does not exist. The person's file says the value, else
   * the template; when what they say has changed, that is a new version.
   * @param definition the properties of the template's resource, if there is one
   * @throws UnreadableFile, ZodError
   */
  versions(name: string, definition: object | undefined): readonly Version[] | undefined;
  /**
   * Adds a version. Labels that it gets are taken from others; what was AWSCURRENT becomes AWSPREVIOUS.
   * @returns undefined if a version with this id has another value
   */
  put(name: string, version: { id: string; value: string; stages: readonly string[] }): Version | undefined;
  /** The names in the person's file. */
  names(): string[];
}

/** The person's file is not the JSON that is needed. The error of JSON.parse would show the file's text, which is secret. */
export class UnreadableFile extends Error {}

export function openSecretStore(dataDirectory: string, clock: Clock): SecretStore {
  const file = join(dataDirectory, 'secrets.json');
  const folder = join(dataDirectory, 'secrets');
  const path = join(folder, 'versions.json');
  let stored: z.infer<typeof Stored> | undefined;
  const all = () => {
    stored ??= readJsonSync(path, Stored) ?? {};
    return stored;
  };
  const save = () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeJsonSync(path, all());
  };
  const inFile = (): Record<string, unknown> => {
    if (!existsSync(file)) return {};
    try {
      return Values.parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch {
      throw new UnreadableFile(`not the JSON that is needed (${file})`);
    }
  };
  const add = (versions: readonly Version[], version: Version): Version[] => {
    const isNewCurrent = version.stages.includes('AWSCURRENT');
    const moved = versions.map((one) => {
      const wasCurrent = isNewCurrent && one.stages.includes('AWSCURRENT');
      const kept = one.stages.filter(
        (stage) => !version.stages.includes(stage) && !(isNewCurrent && stage === 'AWSPREVIOUS'),
      );
      return { ...one, stages: wasCurrent ? [...kept, 'AWSPREVIOUS'] : kept };
    });
    // Without a label it is deprecated, and may go.
    return [...moved.filter(({ stages }) => stages.length > 0), version];
  };
  return {
    file,
    versions(name, definition) {
      const given = inFile()[name];
      const { SecretString, GenerateSecretString: generated } = Definition.parse(definition ?? {});
      const text = given === undefined ? SecretString : typeof given === 'string' ? given : JSON.stringify(given);
      const known = all()[name];
      if (text === undefined && !generated) return known?.versions ?? (definition ? [] : undefined);
      const from = text === undefined ? `generated ${JSON.stringify(generated)}` : `given ${hash(text)}`;
      if (known?.from === from) return known.versions;
      const value = text ?? (generated ? generateSecret(generated) : '');
      const version = { id: randomUUID(), value, stages: ['AWSCURRENT'], createdAt: clock.now() };
      const versions = add(known?.versions ?? [], version);
      all()[name] = { from, versions };
      save();
      return versions;
    },
    put(name, { id, value, stages }) {
      const { from = '', versions = [] } = all()[name] ?? {};
      const same = versions.find((one) => one.id === id);
      if (same) return same.value === value ? same : undefined;
      const version = { id, value, stages: [...stages], createdAt: clock.now() };
      all()[name] = { from, versions: add(versions, version) };
      save();
      return version;
    },
    names: () => Object.keys(inFile()),
  };
}

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
