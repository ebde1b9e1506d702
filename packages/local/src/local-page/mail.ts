import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { splitOnce } from '#text';
import { entriesOf } from './logs.ts';

export interface Mail {
  /** The file. */
  readonly name: string;
  readonly to: string;
  readonly subject: string;
  readonly date: string;
  readonly text: string;
}

const most = 30;

/** What user pools would have sent, the latest first. */
export async function readMail(directory: string): Promise<Mail[]> {
  // The names begin with the time.
  const names = (await entriesOf(directory)).filter((name) => name.endsWith('.txt')).sort();
  return Promise.all(
    names
      .slice(-most)
      .reverse()
      .map(async (name) => {
        const [head, text] = splitOnce(await readFile(join(directory, name), 'utf8'), '\n\n');
        const field = (wanted: string): string => new RegExp(`^${wanted}: (.*)$`, 'm').exec(head)?.[1] ?? '';
        return { name, to: field('To'), subject: field('Subject'), date: field('Date'), text: text.trim() };
      }),
  );
}
