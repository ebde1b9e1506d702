/** Posts an event to one chunk of a large conversation's members. Invoked asynchronously by `fan-out`. */
import { Logger } from '@aws-lambda-powertools/logger';
import * as z from 'zod/mini';
import { stillMembers } from './chat/members.ts';
import { deliverChunk } from './delivery/deliver-chunk.ts';
import { Chunk, isOutdated } from './delivery/fan-out-job.ts';
import { openConnectionApi, openTable } from './runtime/services.ts';
import { getUsers } from './store/user.ts';

const { TABLE_NAME, CALLBACK_URL } = z.parse(z.object({ TABLE_NAME: z.string(), CALLBACK_URL: z.url() }), process.env);
const services = {
  table: openTable(TABLE_NAME),
  connectionApi: openConnectionApi(CALLBACK_URL),
  log: new Logger(),
  now: Date.now,
};

export async function handler(event: unknown): Promise<void> {
  const chunk = z.parse(Chunk, event);
  if (isOutdated(chunk, services.now())) return;
  // Between the event and this, which may be a second try, somebody may have been removed: they get nothing more.
  const { conversation, names, at } = chunk;
  const members = await stillMembers(services, conversation, names, at);
  const author = chunk.author === undefined ? [] : await getUsers(services, [chunk.author]);
  await deliverChunk(services, chunk, [...members, ...author]);
}
