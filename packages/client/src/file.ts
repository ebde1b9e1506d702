/** `@parley/client/file`: an outbox store for Node that survives the process. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { withPresentNames } from './former-item.ts';
import type { OutboxItem, OutboxStore } from './outbox.ts';

/**
 * Keeps unacknowledged items in a JSON file, which is replaced as a whole with each change.
 * @param file a path in an existing folder; one file per user and process
 * @example createChat({ …, outbox: fileOutbox('/var/lib/bot/outbox.json') })
 */
export function fileOutbox(file: string): OutboxStore {
  let loaded: Promise<Map<string, OutboxItem>> | undefined;
  let written: Promise<void> = Promise.resolve();

  async function read(): Promise<Map<string, OutboxItem>> {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '[]';
      throw error;
    });
    const items: OutboxItem[] = JSON.parse(text);
    return new Map(items.map(withPresentNames).map((item) => [item.client_id, item]));
  }

  async function change(apply: (items: Map<string, OutboxItem>) => void): Promise<void> {
    loaded ??= read();
    const items = await loaded;
    apply(items);
    // One write at a time. A process that dies while it writes leaves the old file.
    written = written
      .catch(() => {})
      .then(() => writeFile(`${file}.new`, JSON.stringify([...items.values()])))
      .then(() => rename(`${file}.new`, file));
    await written;
  }

  return {
    async load() {
      loaded ??= read();
      return [...(await loaded).values()];
    },
    put: (item) => change((items) => items.set(item.client_id, item)),
    delete: (clientId) => change((items) => items.delete(clientId)),
  };
}
