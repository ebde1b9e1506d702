/**
 * Counts who is online in a large conversation, and tells the members when the number has changed. It reads every member's user: so the
 * count is true whatever was lost, and the same read finds the connections to post to. A queue brings the jobs, after a pause.
 */
import * as z from 'zod/mini';
import { receives } from '#protocol/scope';
import { withoutLeft } from './chat/members.ts';
import { CountJob, countLagMs } from './chat/online-count.ts';
import { type Poster, postAll } from './delivery/post.ts';
import { type BatchAnswer, runBatch } from './runtime/batch.ts';
import { createHandler } from './runtime/create-handler.ts';
import { openLog } from './runtime/log.ts';
import { openConnectionApi, openTable } from './runtime/services.ts';
import type { ConversationState } from './store/conversation-state.ts';
import { membersOf } from './store/membership.ts';
import { beginCount, forgetCount, forgetPlan, storeCount } from './store/online-count.ts';
import { type Connection, getUsers, openConnectionsOf } from './store/user.ts';

const { TABLE_NAME, CALLBACK_URL, INLINE_MEMBERS } = z.parse(
  z.object({ TABLE_NAME: z.string(), CALLBACK_URL: z.url(), INLINE_MEMBERS: z.coerce.number() }),
  process.env,
);
const QueueEvent = z.object({
  Records: z.array(
    z.object({
      messageId: z.string(),
      body: z.string(),
      attributes: z.object({ ApproximateReceiveCount: z.coerce.number() }),
    }),
  ),
});

/** Users that are read, and connections that are posted to, at once. */
const usersAtOnce = 1_000;
const postsAtOnce = 500;

export const handler = createHandler({
  services: {
    table: openTable(TABLE_NAME),
    connectionApi: openConnectionApi(CALLBACK_URL),
    log: openLog(),
    now: Date.now,
  },
  event: QueueEvent,
  run: ({ Records }, services): Promise<BatchAnswer> =>
    runBatch(Records, services.log, {
      id: ({ messageId }) => messageId,
      async run({ body, attributes }, log) {
        const { conversation, asked, due } = z.parse(CountJob, JSON.parse(body));
        log.addKeys({ conversation });
        // A job that failed is done in any case: its first try has begun a count and not ended it.
        const isRetry = attributes.ApproximateReceiveCount > 1;
        const unlessSince = isRetry ? Number.MAX_SAFE_INTEGER : asked + countLagMs;
        const state = await beginCount(services, conversation, unlessSince);
        if (state) await countAndTell({ ...services, log }, state);
        else await forgetPlan(services, conversation, due);
      },
    }),
});

async function countAndTell(services: Poster, state: ConversationState): Promise<void> {
  const { conversation, presence } = state;
  const { online, members, connections } = await countOnline(services, state);
  if (online !== presence?.online) {
    const event = { type: 'presence_count', conversation, online } as const;
    for (const some of slices(connections, postsAtOnce)) await postAll(services, some, event);
  }
  // Stored when it has been told: a try that dies before it tells it again.
  if (members > INLINE_MEMBERS) await storeCount(services, conversation, { online, members });
  else await forgetCount(services, conversation);
}

async function countOnline(services: Pick<Poster, 'table' | 'now'>, state: ConversationState) {
  const { conversation } = state;
  const connections: Connection[] = [];
  let members = 0;
  let online = 0;
  for await (const page of membersOf(services, conversation)) {
    const present = withoutLeft(page, state, services.now());
    members += present.length;
    for (const names of slices(present, usersAtOnce)) {
      for (const user of await getUsers(services, names)) {
        const open = openConnectionsOf(user, services.now()).filter(({ scope }) => receives(scope, conversation));
        if (open.length > 0) online++;
        connections.push(...open);
      }
    }
  }
  return { online, members, connections };
}

function* slices<T>(all: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < all.length; start += size) yield all.slice(start, start + size);
}
