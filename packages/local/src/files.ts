import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { z } from 'zod';
import { hasCode } from './text.ts';

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

/** @returns undefined if there is no file. @throws Error `<path> does not hold <what>` if the file does not match the schema */
export async function readJson<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  what: string,
): Promise<z.output<Schema> | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw new Error(`${path} does not hold ${what}`, { cause: error });
  }
}

/** For small files that change often. Writes a second file and renames it, so that a crash leaves the old file or the new one. */
export function writeJsonSync(path: string, value: unknown): void {
  writeFileSync(`${path}.next`, JSON.stringify(value));
  renameSync(`${path}.next`, path);
}

/** @returns undefined if there is no file. @throws ZodError, SyntaxError */
export function readJsonSync<Schema extends z.ZodType>(path: string, schema: Schema): z.output<Schema> | undefined {
  return existsSync(path) ? schema.parse(JSON.parse(readFileSync(path, 'utf8'))) : undefined;
}
