/**
 * Posts an event to the members of a large conversation: pages through the members and puts a chunk of them at a time into the queue of
 * `deliver`. It is invoked asynchronously. A second try gives out every chunk again, and clients drop what they have by its number.
 */

import * as z from 'zod/mini';
import { type Chunk, FanOutJob } from './delivery/fan-out-job.ts';
import { createHandler } from './runtime/create-handler.ts';
import { openLog } from './runtime/log.ts';
import { openQueue } from './runtime/queue.ts';
import { openTable } from './runtime/services.ts';
import { membersOf } from './store/membership.ts';

const environment = z.parse(
  z.object({ TABLE_NAME: z.string(), CHUNK_QUEUE_URL: z.string(), INLINE_MEMBERS: z.coerce.number() }),
  process.env,
);
const queue = openQueue(environment.CHUNK_QUEUE_URL);

export const handler = createHandler({
  services: { table: openTable(environment.TABLE_NAME), log: openLog() },
  event: FanOutJob,
  logKeys: ({ conversation, event }) => ({ conversation, type: event.type }),
  async run({ without, ...job }, services) {
    const excluded = new Set(without);
    const size = environment.INLINE_MEMBERS;
    let rest: string[] = [];
    let part = 0;
    for await (const page of membersOf(services, job.conversation)) {
      rest.push(...page.filter((name) => !excluded.has(name)));
      const chunks: Chunk[] = [];
      for (; rest.length >= size; rest = rest.slice(size)) {
        chunks.push({ ...job, names: rest.slice(0, size), part: part++ });
      }
      await queue.sendAll(chunks);
    }
    if (rest.length > 0) await queue.send({ ...job, names: rest, part });
  },
});
