import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

/** A program to start, or one that runs already. */
export type EngineLocation =
  | { readonly kind: 'program'; readonly path: string }
  | { readonly kind: 'endpoint'; readonly url: string };

/**
 * Finds what stores the tables. First hit wins: `PARLEY_DYNAMODB_ENDPOINT` (a running DynamoDB Local), `PARLEY_DYNOXIDE` (path of the
 * program), the npm package of this platform, `dynoxide` on the PATH.
 * @throws Error, one sentence, when there is none
 */
export function findEngine(environment: NodeJS.ProcessEnv): EngineLocation {
  const { PARLEY_DYNAMODB_ENDPOINT: endpoint, PARLEY_DYNOXIDE: chosen, PATH: path = '' } = environment;
  if (endpoint) return { kind: 'endpoint', url: endpoint };
  if (chosen) {
    if (isExecutable(chosen)) return { kind: 'program', path: chosen };
    throw new Error(`unable to start DynamoDB; PARLEY_DYNOXIDE names ${chosen}, which is not a program`);
  }
  const candidates = [packaged(), ...path.split(delimiter).map((folder) => join(folder, 'dynoxide'))];
  const found = candidates.find((candidate) => candidate !== undefined && isExecutable(candidate));
  if (found) return { kind: 'program', path: found };
  throw new Error(
    `unable to start DynamoDB; there is no dynoxide for ${process.platform}-${process.arch} here: put it on the PATH or name it in PARLEY_DYNOXIDE, or name a running DynamoDB Local in PARLEY_DYNAMODB_ENDPOINT`,
  );
}

function packaged(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve(
      `@dynoxide/${process.platform}-${process.arch}/package.json`,
    );
    return join(dirname(manifest), 'dynoxide');
  } catch {
    // An optional dependency: npm leaves it out on other platforms.
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
