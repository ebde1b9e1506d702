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
import { unreadOf } from '../chat/unread.ts';
import { type MessageEntry, toEntry } from '../store/entry.ts';
import { getHead } from '../store/head.ts';
import { getMemberships, type Membership } from '../store/membership.ts';
import { getUsers, liveNow, type User } from '../store/user.ts';
import type { Job } from './job.ts';
import { type PushServices, startPushServices } from './services.ts';
import { isNews, toPush } from './show.ts';

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

const services = startPushServices(process.env);

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

async function plan(services: PushServices, entry: MessageEntry): Promise<Job[]> {
  const conversation = parseConversation(entry.conversation);
  const users = await getUsers(services, await memberNames(services, conversation));
  const away = users.filter((user) => user.username !== entry.user && isAway(services, user, entry.conversation));
  if (away.length === 0) return [];

  const [head, memberships] = await Promise.all([
    getHead(services, entry.conversation),
    // Strongly: in a conversation that has just begun they are as young as the message.
    getMemberships(
      services,
      away.map(({ username }) => ({ username, conversation: entry.conversation })),
      { consistent: true },
    ),
  ]);
  const concerned = memberships.filter((membership) => isConcerned(membership, entry));
  const jobs = await Promise.all(
    concerned.map(async (membership) => {
      const push = toPush(entry, head, users, membership.username, await unreadOf(services, head, membership));
      const devices = away.find(({ username }) => username === membership.username)?.devices ?? [];
      return devices
        .filter((device) => isLasting(services, device.expires))
        .map(({ id, expires }) => ({ user: membership.username, device: id, expires, push }));
    }),
  );
  return jobs.flat();
}

/** Has devices, and no socket that got the message. */
function isAway(services: PushServices, user: User, conversation: string): boolean {
  if (!user.devices.some(({ expires }) => isLasting(services, expires))) return false;
  return !liveNow(user, services.now()).some(({ scope }) => receives(scope, conversation));
}

function isLasting({ now }: PushServices, expires: number): boolean {
  return expires * 1000 > now();
}

/** Has not read it elsewhere or cleared it away meanwhile, and there is no block between the two. */
function isConcerned(membership: Membership, { seq }: MessageEntry): boolean {
  return isNews(membership, seq) && !membership.blocks && !membership.blocked;
}

/** @throws Error when the queue did not take all of them; the record then comes again */
async function enqueue({ queue }: PushServices, jobs: readonly Job[]): Promise<void> {
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
