/**
 * Posts an event to the members of a large conversation: pages through the members and gives `deliver` a chunk of them at a time. It is
 * invoked asynchronously. A second try gives out every chunk again, and clients drop what they have by its number.
 */

import * as z from 'zod/mini';
import { type Chunk, FanOutJob } from './delivery/fan-out-job.ts';
import { createHandler } from './runtime/create-handler.ts';
import { openLog } from './runtime/log.ts';
import { openLambda, openTable } from './runtime/services.ts';
import { membersOf } from './store/membership.ts';

const environment = z.parse(
  z.object({ TABLE_NAME: z.string(), DELIVER_FUNCTION: z.string(), INLINE_MEMBERS: z.coerce.number() }),
  process.env,
);
const lambda = openLambda();

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
      const chunks = [];
      for (; rest.length >= size; rest = rest.slice(size)) chunks.push(rest.slice(0, size));
      await Promise.all(chunks.map((names) => deliver({ ...job, names, part: part++ })));
    }
    if (rest.length > 0) await deliver({ ...job, names: rest, part });
  },
});

function deliver(chunk: Chunk): Promise<void> {
  return lambda.invokeLater(environment.DELIVER_FUNCTION, chunk);
}
