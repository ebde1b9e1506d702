import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '#text';
import { redact } from './redact.ts';

export interface Log {
  readonly name: string;
  readonly bytes: number;
}

/** Bytes and lines of a log that are shown. */
const tail = { bytes: 128 * 1024, lines: 500 };

/** The logs of functions and APIs, by name. */
export async function listLogs(directory: string): Promise<Log[]> {
  const names = await entriesOf(directory);
  const logs = await Promise.all(
    names
      .filter((name) => name.endsWith('.log'))
      .map(async (name) => ({ name: name.slice(0, -'.log'.length), bytes: (await stat(join(directory, name))).size })),
  );
  return logs.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The end of a log. Undefined if there is none of this name. */
export async function readLog(directory: string, name: string) {
  const known = (await entriesOf(directory)).includes(`${name}.log`);
  return known ? { name, lines: (await lastLines(directory, name, tail.bytes)).slice(-tail.lines) } : undefined;
}

/** The whole lines among a log's last bytes. None if there is no such file. */
export async function lastLines(directory: string, name: string, bytes: number): Promise<string[]> {
  try {
    const file = await open(join(directory, `${name}.log`));
    try {
      const { size } = await file.stat();
      const start = Math.max(0, size - bytes);
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(size - start), position: start });
      const lines = redact(buffer.toString('utf8', 0, bytesRead)).split('\n');
      // The first may be the end of a line, and after the last line break comes nothing.
      return lines.slice(start > 0 ? 1 : 0, lines.at(-1) === '' ? -1 : undefined);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

/** Empty if there is no such folder. */
export async function entriesOf(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}
