import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { defaultNames, type SettingNames } from '#setting-names';

/** Which engine stores the tables. */
export interface EngineOptions {
  /** Path of the dynoxide program. Default: `DYNOXIDE_PATH`, else the npm package of this platform, else `dynoxide` on the PATH. */
  readonly program?: string;
  /** Address of a running DynamoDB Local, which is used instead. Default: `DYNAMODB_LOCAL_URL`. */
  readonly endpoint?: string;
}

export type EngineLocation =
  | { readonly kind: 'program'; readonly path: string }
  | { readonly kind: 'endpoint'; readonly url: string };

/** @throws Error, one sentence, when there is no engine */
export function findEngine(options: EngineOptions = {}, names: SettingNames = defaultNames): EngineLocation {
  const { DYNAMODB_LOCAL_URL, DYNOXIDE_PATH, PATH = '' } = process.env;
  const endpoint = options.endpoint || DYNAMODB_LOCAL_URL;
  if (endpoint) return { kind: 'endpoint', url: endpoint };
  const program = options.program || DYNOXIDE_PATH;
  if (program) {
    if (isExecutable(program)) return { kind: 'program', path: program };
    throw new Error(`unable to start DynamoDB; ${names.engineProgram} names ${program}, which is not a program`);
  }
  const candidates = [packagedProgram(), ...PATH.split(delimiter).map((folder) => join(folder, 'dynoxide'))];
  const found = candidates.find((candidate) => candidate !== undefined && isExecutable(candidate));
  if (found) return { kind: 'program', path: found };
  throw new Error(
    `unable to start DynamoDB; there is no dynoxide for ${process.platform}-${process.arch} here: put it on the PATH or name it in ${names.engineProgram}, or name a running DynamoDB Local in ${names.engineEndpoint}`,
  );
}

function packagedProgram(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve(
      `@dynoxide/${process.platform}-${process.arch}/package.json`,
    );
    return join(dirname(manifest), 'dynoxide');
  } catch {
    // npm installs an optional dependency only on its platform.
    return undefined;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
