/** `@parley/client/file`: an outbox that survives the process, in Node. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Sending } from './outbox.ts';
import type { OutboxStore } from './outbox-store.ts';

/**
 * Unacknowledged messages in a JSON file, which is replaced as a whole with each of them.
 * @param file one for each user and process; its folder exists
 * @example createChat({ …, outbox: fileOutbox('/var/lib/bot/outbox.json') })
 */
export function fileOutbox(file: string): OutboxStore {
  let kept: Promise<Map<string, Sending>> | undefined;
  let written: Promise<void> = Promise.resolve();

  async function read(): Promise<Map<string, Sending>> {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '[]';
      throw error;
    });
    const all: Sending[] = JSON.parse(text);
    return new Map(all.map((sending) => [sending.client_id, sending]));
  }

  async function change(how: (all: Map<string, Sending>) => void): Promise<void> {
    kept ??= read();
    const all = await kept;
    how(all);
    // One after the other; a process that dies in the middle leaves the file as it was before.
    written = written
      .catch(() => {})
      .then(() => writeFile(`${file}.new`, JSON.stringify([...all.values()])))
      .then(() => rename(`${file}.new`, file));
    await written;
  }

  return {
    async load() {
      kept ??= read();
      return [...(await kept).values()];
    },
    put: (sending) => change((all) => all.set(sending.client_id, sending)),
    delete: (clientId) => change((all) => all.delete(clientId)),
  };
}
