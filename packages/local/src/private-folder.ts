import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readJson, writeAtomically } from '#files';

/**
 * What makes the ids of a data folder its own. A client's id is all that one needs to try passwords, so no two machines have the same.
 */
export interface Ids {
  readonly secret: string;
  /** The folder has users from before, who are stored under their pool's id. */
  readonly keepsPools: boolean;
}

const Stored = z.object({ secret: z.string().min(32), keepsPools: z.boolean() });

/** Makes a data folder, or makes one from before what it should be: open to its owner alone. */
async function preparePrivateFolder(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const { mode } = await stat(directory);
  // Everything below is out of reach of others then, whatever its own mode.
  if ((mode & 0o077) !== 0) await chmod(directory, 0o700);
}

/**
 * Makes a data folder, and makes sure that it can be written before anything that takes time.
 * @param settingName what the user calls the folder's setting
 * @throws Error, one sentence
 */
export async function prepareDataFolder(directory: string, settingName: string): Promise<void> {
  try {
    await preparePrivateFolder(directory);
    // Asking for the permission is not enough: a file system may be read-only, and Windows does not tell.
    await rmdir(await mkdtemp(join(directory, 'try-')));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new Error(
      `unable to use ${directory}; nothing can be written there${code}: choose another folder with ${settingName}`,
    );
  }
}

/** The ids of a data folder, made with its first start. */
export async function readIds(directory: string): Promise<Ids> {
  const path = join(directory, 'ids.json');
  const stored = await readJson(path, Stored, 'the ids of this data folder');
  if (stored) return stored;
  const ids = { secret: randomBytes(32).toString('hex'), keepsPools: existsSync(join(directory, 'dynamodb')) };
  await writeAtomically(path, JSON.stringify(ids));
  return ids;
}
