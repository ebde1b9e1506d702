import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';

/** What a process killed in the middle of a write leaves behind ends so. */
export const unfinished = '.part';

/** Writes a file as a whole or not at all, readable by its owner alone: a reader, or a start after `kill -9`, never sees half of it. */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const part = `${path}.${randomUUID()}${unfinished}`;
  try {
    await writeFile(part, text, { mode: 0o600 });
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
