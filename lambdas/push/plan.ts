/**
 * Whom a new message is pushed to: the members who are not here and have devices. The table's stream brings the message, so that neither its
 * sender nor the function that posts it live waits for any of this.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import { parseConversation } from '#protocol/names';
import { receives } from '#protocol/scope';
import { memberNames } from '../chat/members.ts';
import { unreadCount } from '../chat/unread-count.ts';
import { getConversationState } from '../store/conversation-state.ts';
import { type MessageEntry, toEntry } from '../store/entry.ts';
import { getMemberships, type Membership } from '../store/membership.ts';
import { getUsers, openConnectionsOf, type User } from '../store/user.ts';
import { isUnread, toPush } from './push-content.ts';
import type { PushJob } from './push-job.ts';
import { openPushServices, type PushServices } from './services.ts';

const StreamEvent = z.object({
  Records: z.array(
    z.object({
      dynamodb: z.object({
        SequenceNumber: z.string(),
        NewImage: z.record(
          z.string(),
          z.custom<AttributeValue>((value) => typeof value === 'object' && value !== null),
        ),
      }),
    }),
  ),
});

/** SQS's limit for one batch. */
const batchSize = 10;

const services = openPushServices(process.env);

export async function handler(event: unknown): Promise<{ batchItemFailures: { itemIdentifier: string }[] }> {
  const { Records } = z.parse(StreamEvent, event);
  const failed = await Promise.all(
    Records.map(async ({ dynamodb: { SequenceNumber: itemIdentifier, NewImage } }) => {
      try {
        const entry = toEntry(unmarshall(NewImage));
        if (entry.type === 'message') await enqueue(services, await plan(services, entry));
        return [];
      } catch (error) {
        services.log.error('message not pushed', { number: itemIdentifier, error: error as Error });
        return [{ itemIdentifier }];
      }
    }),
  );
  return { batchItemFailures: failed.flat() };
}

async function plan(services: PushServices, entry: MessageEntry): Promise<PushJob[]> {
  const conversation = parseConversation(entry.conversation);
  const users = await getUsers(services, await memberNames(services, conversation));
  const away = users.filter((user) => user.username !== entry.user && isOffline(services, user, entry.conversation));
  if (away.length === 0) return [];

  const [state, memberships] = await Promise.all([
    getConversationState(services, entry.conversation),
    // Strongly: in a conversation that has just begun they are as young as the message.
    getMemberships(
      services,
      away.map(({ username }) => ({ username, conversation: entry.conversation })),
      { consistent: true },
    ),
  ]);
  const concerned = memberships.filter((membership) => wantsPush(membership, entry));
  const jobs = await Promise.all(
    concerned.map(async (membership) => {
      const push = toPush(entry, state, users, membership.username, await unreadCount(services, state, membership));
      const devices = away.find(({ username }) => username === membership.username)?.pushDevices ?? [];
      return devices
        .filter((device) => isLasting(services, device.expires))
        .map(({ id, expires }) => ({ user: membership.username, device: id, expires, push }));
    }),
  );
  return jobs.flat();
}

/** Has devices, and no socket that got the message. */
function isOffline(services: PushServices, user: User, conversation: string): boolean {
  if (!user.pushDevices.some(({ expires }) => isLasting(services, expires))) return false;
  return !openConnectionsOf(user, services.now()).some(({ scope }) => receives(scope, conversation));
}

function isLasting({ now }: PushServices, expires: number): boolean {
  return expires * 1000 > now();
}

/** Has not read it elsewhere or cleared it away meanwhile, and there is no block between the two. */
function wantsPush(membership: Membership, { seq }: MessageEntry): boolean {
  return isUnread(membership, seq) && !membership.blocks && !membership.blocked;
}

/** @throws Error when the queue did not take all of them; the record then comes again */
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
