/** Posts an event to chunks of a large conversation's members. A queue brings them, so that they leave room for sockets and requests. */

import * as z from 'zod/mini';
import { stillMembers } from './chat/members.ts';
import { whoSee } from './chat/visible.ts';
import { deliverChunk } from './delivery/deliver-chunk.ts';
import { Chunk, isOutdated } from './delivery/fan-out-job.ts';
import { type BatchAnswer, runBatch } from './runtime/batch.ts';
import { createHandler } from './runtime/create-handler.ts';
import { openLog } from './runtime/log.ts';
import { openConnectionApi, openTable, type Services } from './runtime/services.ts';
import { getUsers } from './store/user.ts';

const { TABLE_NAME, CALLBACK_URL } = z.parse(z.object({ TABLE_NAME: z.string(), CALLBACK_URL: z.url() }), process.env);

const QueueEvent = z.object({ Records: z.array(z.object({ messageId: z.string(), body: z.string() })) });

export const handler = createHandler({
  services: {
    table: openTable(TABLE_NAME),
    connectionApi: openConnectionApi(CALLBACK_URL),
    log: openLog(),
    now: Date.now,
  },
  event: z.union([QueueEvent, Chunk]),
  async run(event, services): Promise<BatchAnswer> {
    // During a deployment a `fan-out` of the version before still invokes this function with the chunk itself.
    if (!('Records' in event)) {
      await deliver(services, event);
      return { batchItemFailures: [] };
    }
    return runBatch(event.Records, services.log, {
      id: ({ messageId }) => messageId,
      run: ({ body }, log) => deliver({ ...services, log }, z.parse(Chunk, JSON.parse(body))),
    });
  },
});

async function deliver(
  services: Pick<Services, 'table' | 'connectionApi' | 'log' | 'now'>,
  chunk: Chunk,
): Promise<void> {
  if (isOutdated(chunk, services.now())) return;
  const { conversation, event, names, at, author } = chunk;
  services.log.addKeys({ conversation, type: event.type });
  // Members who were removed since the event get nothing more. This may be a second try, a minute later.
  const still = await stillMembers(services, conversation, names, at);
  // An edit has the whole message, which some may have hidden or cleared.
  const members = event.type === 'message_edited' ? await whoSee(services, conversation, event.seq, still) : still;
  const authors = author === undefined ? [] : await getUsers(services, [author]);
  await deliverChunk(services, chunk, [...members, ...authors]);
}
