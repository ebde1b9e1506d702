import { readFile } from 'node:fs/promises';
import type { z } from 'zod';

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
