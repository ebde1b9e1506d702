/**
 * Sends planned pushes, one for each device. A slow or refusing push service delays its own messages only: they become visible in the queue
 * again, after the time that the service asked for, or after longer and longer pauses. After five tries they are dead letters.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ChangeMessageVisibilityCommand } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { wantsNotification } from '../chat/own-settings.ts';
import { removePushDevice } from '../chat/push-devices.ts';
import { type BatchAnswer, runBatch } from '../runtime/batch.ts';
import { sdkCallLimits } from '../runtime/call-limits.ts';
import { createHandler } from '../runtime/create-handler.ts';
import type { Log } from '../runtime/log.ts';
import { getConversationState } from '../store/conversation-state.ts';
import { getEntry } from '../store/entry.ts';
import { getMembership } from '../store/membership.ts';
import { getPushDevice } from '../store/push-device.ts';
import { dropUserPushDevice } from '../store/user-push-devices.ts';
import { openFcm, pushToApp } from './fcm.ts';
import { isUnread } from './push-content.ts';
import { type Outcome, PushJob } from './push-job.ts';
import { fromSecret } from './secret-value.ts';
import { openPushServices } from './services.ts';
import { parseVapid, pushToBrowser } from './web-push.ts';

const Environment = z.object({
  PUSH_WEB_SECRET: z.optional(z.string()),
  PUSH_PUBLIC_KEY: z._default(z.string(), ''),
  PUSH_SUBJECT: z._default(z.string(), ''),
  PUSH_ENDPOINTS: z._default(z.string(), ''),
  PUSH_FCM_SECRET: z.optional(z.string()),
  PUSH_FCM_URL: z._default(z.string(), ''),
});
const QueueEvent = z.object({
  Records: z.array(
    z.object({
      messageId: z.string(),
      receiptHandle: z.string(),
      body: z.string(),
      attributes: z.object({ ApproximateReceiveCount: z.coerce.number() }),
    }),
  ),
});
type QueueRecord = z.infer<typeof QueueEvent>['Records'][number];

/** s; the pauses before the second, third … try, when the service asks for none */
const retryDelaysSeconds = [5, 30, 120, 600];
/** s; a service that asks for a longer pause is tried before its end, and then given up */
const longestDelaySeconds = 900;

const environment = z.parse(Environment, process.env);
const services = openPushServices(process.env);
const secrets = new SecretsManagerClient(sdkCallLimits);

const { now } = services;
const { PUSH_WEB_SECRET, PUSH_FCM_SECRET, PUSH_PUBLIC_KEY: publicKey, PUSH_SUBJECT: subject } = environment;
const vapid =
  PUSH_WEB_SECRET === undefined
    ? undefined
    : fromSecret({
        client: secrets,
        name: PUSH_WEB_SECRET,
        now,
        make: (value) => parseVapid(value, { publicKey, subject }),
      });
const fcm =
  PUSH_FCM_SECRET === undefined
    ? undefined
    : fromSecret({ client: secrets, name: PUSH_FCM_SECRET, now, make: openFcm });

export const handler = createHandler({
  services,
  event: QueueEvent,
  run: ({ Records }): Promise<BatchAnswer> =>
    runBatch(Records, services.log, { id: ({ messageId }) => messageId, run: sendRecord }),
});

/** @throws Error when the push failed; SQS then delivers the message again */
async function sendRecord(record: QueueRecord, log: Log): Promise<void> {
  const job = z.parse(PushJob, JSON.parse(record.body));
  log.addKeys({ user: job.user, conversation: job.push.conversation });
  const tries = record.attributes.ApproximateReceiveCount;
  if (tries > 1 && !(await isStillWanted(job))) return;
  const outcome = await send(job, log);
  if (outcome.kind !== 'failed') return;
  await postpone(record, outcome.retryAfter);
  throw new Error(`push failed at try ${tries}; ${outcome.why}`);
}

/** Between two tries lie minutes: the message may be read or deleted, the conversation muted, and its reader removed. */
async function isStillWanted({ user, push: { conversation, seq, mentioned = false } }: PushJob): Promise<boolean> {
  const [state, membership, entry] = await Promise.all([
    getConversationState(services, conversation),
    getMembership(services, user, conversation),
    getEntry(services, conversation, seq),
  ]);
  if (!membership || !wantsNotification(membership.settings, mentioned, now())) return false;
  return isUnread(state, membership, seq) && entry?.type === 'message' && !entry.deleted;
}

async function send({ user, device: id, expires, push }: PushJob, log: Log): Promise<Outcome> {
  const device = await getPushDevice(services, id);
  if (device?.user !== user) {
    // It belongs to another user by now, or to nobody: the list in the user's item lags behind.
    await dropUserPushDevice(services, user, id, expires);
    return { kind: 'gone', why: 'not the user’s device any more' };
  }
  const outcome = await sendTo();
  if (outcome.kind === 'gone') {
    log.info('device removed', { device: id, why: outcome.why });
    await removePushDevice(services, device);
  }
  return outcome;

  async function sendTo(): Promise<Outcome> {
    if (device?.platform === 'web' && vapid) {
      return pushToBrowser(device, push, await vapid.get(), environment.PUSH_ENDPOINTS.split(','));
    }
    if (device?.platform === 'fcm' && fcm) return pushToApp(device, push, await fcm.get(), environment.PUSH_FCM_URL);
    // This server does not push to its kind. A later deployment may.
    return { kind: 'sent' };
  }
}

async function postpone(record: QueueRecord, retryAfter: number | undefined): Promise<void> {
  const times = record.attributes.ApproximateReceiveCount;
  const delay = retryAfter ?? retryDelaysSeconds[times - 1] ?? longestDelaySeconds;
  await services.queue.client.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: services.queue.url,
      ReceiptHandle: record.receiptHandle,
      VisibilityTimeout: Math.min(delay, longestDelaySeconds),
    }),
  );
}
