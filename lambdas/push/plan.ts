/**
 * Plans the pushes of a new message: to the members who are offline and have push devices. The table's stream brings the message, so neither
 * its sender nor the function that posts it waits for this.
 */
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { type Conversation, parseConversation } from '#protocol/names';
import { receives } from '#protocol/scope';
import { blocksBetween } from '../chat/blocks-between.ts';
import { memberNames } from '../chat/members.ts';
import { wantsNotification } from '../chat/own-settings.ts';
import { unreadCount } from '../chat/unread-count.ts';
import { type BatchAnswer, runBatch } from '../runtime/batch.ts';
import { createHandler } from '../runtime/create-handler.ts';
import { StreamEvent, toItemChange } from '../runtime/stream-event.ts';
import { type ConversationState, getConversationState } from '../store/conversation-state.ts';
import { type MessageEntry, toEntry } from '../store/entry.ts';
import { getMemberships, type Membership } from '../store/membership.ts';
import { getUsers, openConnectionsOf, type User } from '../store/user.ts';
import { isUnread, toPush } from './push-content.ts';
import type { PushJob } from './push-job.ts';
import { openPushServices, type PushServices } from './services.ts';

/** SQS's limit for one batch. */
const batchSize = 10;

export const handler = createHandler({
  services: openPushServices(process.env),
  event: StreamEvent,
  run: ({ Records }, services): Promise<BatchAnswer> =>
    runBatch(Records.map(toItemChange), services.log, {
      id: ({ id }) => id,
      async run({ after = {} }, log) {
        const entry = toEntry(after);
        log.addKeys({ conversation: entry.conversation });
        if (entry.type === 'message') await enqueue(services, await plan(services, entry));
      },
    }),
});

/** ms; the stream brings no record of this age, so an older message was put back by a restore, long after people had it. */
const oldest = 600_000;

async function plan(services: PushServices, entry: MessageEntry): Promise<PushJob[]> {
  if (services.now() - entry.at > oldest) return [];
  const conversation = parseConversation(entry.conversation);
  const users = await getUsers(services, await memberNames(services, conversation));
  const offline = users.filter((user) => user.username !== entry.user && isOffline(services, user, entry.conversation));
  if (offline.length === 0) return [];

  const [state, memberships] = await Promise.all([
    getConversationState(services, entry.conversation),
    // Consistently: in a new conversation they are as young as the message.
    getMemberships(
      services,
      offline.map(({ username }) => ({ username, conversation: entry.conversation })),
      { consistent: true },
    ),
  ]);
  const unblocked = await withoutBlocks(services, conversation, entry.user, memberships);
  const wanting = unblocked.filter((membership) => wantsPush(services, state, membership, entry));
  const jobs = await Promise.all(
    wanting.map(async (membership) => {
      const push = toPush(entry, state, users, membership.username, await unreadCount(services, state, membership));
      const devices = offline.find(({ username }) => username === membership.username)?.pushDevices ?? [];
      return devices
        .filter((device) => isValid(services, device.expires))
        .map(({ id, expires }) => ({ user: membership.username, device: id, expires, push }));
    }),
  );
  return jobs.flat();
}

/** In a room or group too, nobody gets a push of somebody whom they have blocked. A direct conversation's membership has its block. */
async function withoutBlocks(
  services: PushServices,
  { kind }: Conversation,
  author: string,
  memberships: readonly Membership[],
): Promise<readonly Membership[]> {
  if (kind === 'direct') return memberships;
  const names = memberships.map(({ username }) => username);
  const blocks = await blocksBetween(services, author, names, { consistent: false });
  return memberships.filter(({ username }) => !blocks.some(({ other }) => other === username));
}

/** Has push devices, and no open connection that got the message. */
function isOffline(services: PushServices, user: User, conversation: string): boolean {
  if (!user.pushDevices.some(({ expires }) => isValid(services, expires))) return false;
  return !openConnectionsOf(user, services.now()).some(({ scope }) => receives(scope, conversation));
}

function isValid({ now }: PushServices, expires: number): boolean {
  return expires * 1000 > now();
}

/** Has neither read nor cleared it meanwhile, nor muted the conversation; and in a direct one there is no block between the two. */
function wantsPush(
  { now }: PushServices,
  state: ConversationState,
  membership: Membership,
  { seq, mentions }: MessageEntry,
): boolean {
  const { username, settings, blocks, blocked } = membership;
  const isWanted = wantsNotification(settings, mentions?.includes(username) ?? false, now());
  return isWanted && isUnread(state, membership, seq) && !blocks && !blocked;
}

/** @throws Error when the queue refused one; Lambda then delivers the record again */
async function enqueue({ queue }: PushServices, jobs: readonly PushJob[]): Promise<void> {
  const batches = [];
  for (let start = 0; start < jobs.length; start += batchSize) batches.push(jobs.slice(start, start + batchSize));
  await Promise.all(
    batches.map(async (batch) => {
      const Entries = batch.map((job, index) => ({ Id: String(index), MessageBody: JSON.stringify(job) }));
      const answer = await queue.client.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }));
      const [refused] = answer.Failed ?? [];
      if (refused) throw new Error(`the queue did not take a push; ${refused.Code}: ${refused.Message}`);
    }),
  );
}
