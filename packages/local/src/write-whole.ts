import { rename, writeFile } from 'node:fs/promises';

/** Writes a file so that whoever reads it at any moment sees the old text or the new one, never a part. */
export async function writeWhole(path: string, text: string | Buffer): Promise<void> {
  const beside = `${path}.${process.pid}.tmp`;
  await writeFile(beside, text);
  await rename(beside, path);
}
