import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { z } from 'zod';

/** A killed process leaves files with this extension. */
export const partExtension = '.part';

/** @returns undefined if there is no file. @throws Error `<path> does not hold <what>` if the file does not match the schema */
export async function readJson<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  what: string,
): Promise<z.output<Schema> | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new Error(`${path} does not hold ${what}`, { cause: error });
  }
}

/** Writes a file completely or not at all, also if the process is killed. Only the owner can read it. */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const part = `${path}.${randomUUID()}${partExtension}`;
  try {
    await writeFile(part, text, { mode: 0o600 });
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
