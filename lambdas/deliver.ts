/** Posts an event to one chunk of a large conversation's members. Invoked asynchronously by `fan-out`. */
import { Logger } from '@aws-lambda-powertools/logger';
import * as z from 'zod/mini';
import { withoutLeft } from './chat/members.ts';
import { Chunk, isOver } from './delivery/announcement.ts';
import { deliverChunk } from './delivery/deliver-chunk.ts';
import { openConnections, openTable } from './runtime/services.ts';
import { getHead } from './store/head.ts';
import { getUsers } from './store/user.ts';

const { TABLE_NAME, CALLBACK_URL } = z.parse(z.object({ TABLE_NAME: z.string(), CALLBACK_URL: z.url() }), process.env);
const services = {
  table: openTable(TABLE_NAME),
  connections: openConnections(CALLBACK_URL),
  log: new Logger(),
  now: Date.now,
};

export async function handler(event: unknown): Promise<void> {
  const chunk = z.parse(Chunk, event);
  if (isOver(chunk, services.now())) return;
  // Between the event and this somebody may have been removed: they get nothing more.
  const head = await getHead(services, chunk.conversation);
  const names = withoutLeft(chunk.names, head, services.now());
  const author = chunk.author === undefined ? [] : [chunk.author];
  await deliverChunk(services, chunk, await getUsers(services, [...names, ...author]));
}
