/** Posts an event to one chunk of a large conversation's members. `fan-out` invokes it asynchronously. */

import * as z from 'zod/mini';
import { stillMembers } from './chat/members.ts';
import { whoSee } from './chat/visible.ts';
import { deliverChunk } from './delivery/deliver-chunk.ts';
import { Chunk, isOutdated } from './delivery/fan-out-job.ts';
import { createHandler } from './runtime/create-handler.ts';
import { openLog } from './runtime/log.ts';
import { openConnectionApi, openTable } from './runtime/services.ts';
import { getUsers } from './store/user.ts';

const { TABLE_NAME, CALLBACK_URL } = z.parse(z.object({ TABLE_NAME: z.string(), CALLBACK_URL: z.url() }), process.env);

export const handler = createHandler({
  services: {
    table: openTable(TABLE_NAME),
    connectionApi: openConnectionApi(CALLBACK_URL),
    log: openLog(),
    now: Date.now,
  },
  event: Chunk,
  logKeys: ({ conversation, part }) => ({ conversation, part: String(part) }),
  async run(chunk, services) {
    if (isOutdated(chunk, services.now())) return;
    const { conversation, event, names, at, author } = chunk;
    // Members who were removed since the event get nothing more. This may be a second try, a minute later.
    const still = await stillMembers(services, conversation, names, at);
    // An edit has the whole message, which some may have hidden or cleared.
    const members = event.type === 'message_edited' ? await whoSee(services, conversation, event.seq, still) : still;
    const authors = author === undefined ? [] : await getUsers(services, [author]);
    await deliverChunk(services, chunk, [...members, ...authors]);
  },
});
