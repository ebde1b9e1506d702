import { accessSync, constants, statSync } from 'node:fs';
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

/** The system for which an engine is looked for. */
export interface System {
  /** As in `process`. */
  readonly platform: string;
  readonly arch: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The platform's package is looked for beside this program and, for `npx`, in this folder. */
  readonly folder: string;
}

/** For these platforms the engine is an npm package: an optional dependency, of which npm installs the one that fits. */
export const enginePackages = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-x64'].map(
  (platform) => `@dynoxide/${platform}`,
);
/** The release that is a dependency. */
export const engineVersion = '1.2.1';

/** @throws Error, one sentence that names the command that helps, when there is no engine */
export function findEngine(
  options: EngineOptions = {},
  names: SettingNames = defaultNames,
  system: System = {
    platform: process.platform,
    arch: process.arch,
    env: process.env,
    folder: process.cwd(),
  },
): EngineLocation {
  const { DYNAMODB_LOCAL_URL, DYNOXIDE_PATH, PATH = '' } = system.env;
  const endpoint = options.endpoint || DYNAMODB_LOCAL_URL;
  if (endpoint) return { kind: 'endpoint', url: endpoint };
  const program = options.program || DYNOXIDE_PATH;
  if (program) {
    if (isProgram(program)) return { kind: 'program', path: program };
    throw new Error(`unable to start DynamoDB; ${names.engineProgram} names ${program}, which is not a program`);
  }
  const packageName = `@dynoxide/${system.platform}-${system.arch}`;
  const file = system.platform === 'win32' ? 'dynoxide.exe' : 'dynoxide';
  const folders = [
    ...packageFolders(packageName, [import.meta.url, join(system.folder, 'package.json')]),
    ...PATH.split(delimiter).filter(Boolean),
  ];
  const found = folders.map((folder) => join(folder, file)).find(isProgram);
  if (found) return { kind: 'program', path: found };
  const others = `name a dynoxide program in ${names.engineProgram}, or a running DynamoDB Local in ${names.engineEndpoint}`;
  throw new Error(
    enginePackages.includes(packageName)
      ? `unable to start DynamoDB; its engine is not installed: npm install --no-save ${packageName}@${engineVersion} (or ${others})`
      : `unable to start DynamoDB; there is no engine for ${system.platform}-${system.arch}: ${others}`,
  );
}

function packageFolders(name: string, from: string[]): string[] {
  return from.flatMap((place) => {
    try {
      return [dirname(createRequire(place).resolve(`${name}/package.json`))];
    } catch {
      // npm installs an optional dependency only on its platform, and goes on where a registry lacks it.
      return [];
    }
  });
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
