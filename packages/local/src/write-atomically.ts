import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';

/** A process that is killed while it writes leaves a file with this ending behind. */
export const unfinished = '.part';

/** Writes a file as a whole or not at all, readable by its owner alone. Readers never see half of it, not even after `kill -9`. */
export async function writeAtomically(path: string, content: string | Buffer): Promise<void> {
  const part = `${path}.${randomUUID()}${unfinished}`;
  try {
    await writeFile(part, content, { mode: 0o600 });
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
