import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { Engine } from './engine.ts';

const Swept = z.object({
  result: z.object({ content: z.tuple([z.object({ text: z.string() })]), isError: z.boolean().optional() }),
});
const Deleted = z.object({ items_deleted: z.number() });

/** AWS deletes items "within a few days" after they expire, typically within minutes. */
const intervalMs = 60_000;

/**
 * Deletes expired items about once a minute. The stream shows these deletions as DynamoDB's own: `userIdentity` with type Service and
 * principal dynamodb.amazonaws.com. Does nothing for an engine that runs elsewhere, which deletes by itself.
 * @param options.onDeleted called with the number of deleted items, if there were any
 */
export function startTtl(options: {
  engine: Engine;
  timeScale: number;
  onDeleted: (items: number) => void;
  log: (line: string) => void;
}): { sweep(): Promise<number>; stop(): Promise<void> } {
  const { engine, onDeleted, log } = options;
  let running: Promise<unknown> = Promise.resolve();
  let complained = false;

  const sweep = async () => {
    const deleted = engine.sweep ? await callSweep(engine.sweep) : 0;
    if (deleted > 0) onDeleted(deleted);
    return deleted;
  };
  const timer = setInterval(
    () => {
      running = sweep().catch((error: unknown) => {
        if (!complained) log(`unable to delete expired items; ${String(error)}`);
        complained = true;
      });
    },
    Math.max(intervalMs / options.timeScale, 200),
  );
  timer.unref();
  return {
    sweep,
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

async function callSweep(sweep: NonNullable<Engine['sweep']>): Promise<number> {
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'sweep_ttl', arguments: {} },
  });
  const { result } = Swept.parse(JSON.parse(await post(sweep, body)));
  if (result.isError) throw new Error(result.content[0].text);
  return Deleted.parse(JSON.parse(result.content[0].text)).items_deleted;
}

/** `fetch` would stay in memory with 13 MB. */
async function post({ url, token, dial }: NonNullable<Engine['sweep']>, body: string): Promise<string> {
  const socket = await dial?.();
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    };
    const outgoing = request(
      url,
      { method: 'POST', headers, ...(socket && { createConnection: () => socket }) },
      (response) => {
        text(response).then(resolve, reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
