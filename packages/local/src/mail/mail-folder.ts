import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '#text';

/** A mail that AWS would send. Here it becomes a file. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** The end of the file's name: whom and what the mail is about. */
  readonly about: string;
}

/** Writes a mail into the folder. @returns the file's path */
export async function writeMail(directory: string, { to, subject, text, time, about }: Mail): Promise<string> {
  const date = new Date(time).toISOString();
  const lines = [`To: ${oneLine(to)}`, `Subject: ${oneLine(subject)}`, `Date: ${date}`, '', text, ''];
  await mkdir(directory, { recursive: true });
  return create(join(directory, `${date.replaceAll(':', '-')}-${fileName(about)}`), lines.join('\n'));
}

async function create(path: string, text: string): Promise<string> {
  for (let number = 1; ; number++) {
    const full = number === 1 ? `${path}.txt` : `${path}-${number}.txt`;
    try {
      await writeFile(full, text, { flag: 'wx', mode: 0o600 });
      return full;
    } catch (error) {
      // The name may exist, because there were two of this kind in the same millisecond.
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
}

// Names and addresses come from callers: they must not leave the folder or add lines.
const fileName = (about: string) => about.replaceAll(/[^A-Za-z0-9.@_-]/g, '_').slice(0, 80);
export const oneLine = (text: string) => text.replaceAll(/\p{Cc}/gu, ' ');
