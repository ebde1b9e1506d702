/**
 * Sends what was planned, a device each. A service that is slow or refuses holds up nothing but its own messages: those become visible in
 * the queue again, when the service said or later and later, and are dead letters after five times.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ChangeMessageVisibilityCommand } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { removePushDevice } from '../chat/push-devices.ts';
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

/** s; the pauses before the second, third … try, when the service names none */
const pauses = [5, 30, 120, 600];
/** s; a service that wants a longer pause is tried before that, and then given up */
const longestPause = 900;

const environment = z.parse(Environment, process.env);
const services = openPushServices(process.env);
const secrets = new SecretsManagerClient({});

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

export async function handler(event: unknown): Promise<{ batchItemFailures: { itemIdentifier: string }[] }> {
  const { Records } = z.parse(QueueEvent, event);
  const failed = await Promise.all(
    Records.map(async (record) => {
      try {
        const job = z.parse(PushJob, JSON.parse(record.body));
        if (record.attributes.ApproximateReceiveCount > 1 && !(await isStillNews(job))) return [];
        const outcome = await send(job);
        if (outcome.kind !== 'failed') return [];
        services.log.warn('push failed', { why: outcome.why, times: record.attributes.ApproximateReceiveCount });
        await postpone(record, outcome.retryAfter);
      } catch (error) {
        services.log.error('push failed', { error: error as Error });
      }
      return [{ itemIdentifier: record.messageId }];
    }),
  );
  return { batchItemFailures: failed.flat() };
}

/** Tries lie minutes apart, in which the message may be read or deleted, and its reader removed. */
async function isStillNews({ user, push: { conversation, seq } }: PushJob): Promise<boolean> {
  const [membership, entry] = await Promise.all([
    getMembership(services, user, conversation),
    getEntry(services, conversation, seq),
  ]);
  return membership !== undefined && isUnread(membership, seq) && entry?.type === 'message' && !entry.deleted;
}

async function send({ user, device: id, expires, push }: PushJob): Promise<Outcome> {
  const device = await getPushDevice(services, id);
  if (device?.user !== user) {
    // Another user's by now, or nobody's: the list on the user's item lags behind.
    await dropUserPushDevice(services, user, id, expires);
    return { kind: 'gone', why: 'not the user’s any more' };
  }
  const outcome = await sendTo();
  if (outcome.kind === 'gone') {
    services.log.info('device removed', { user, device: id, why: outcome.why });
    await removePushDevice(services, device);
  }
  return outcome;

  async function sendTo(): Promise<Outcome> {
    if (device?.platform === 'web' && vapid) {
      return pushToBrowser(device, push, await vapid.get(), environment.PUSH_ENDPOINTS.split(','));
    }
    if (device?.platform === 'fcm' && fcm) return pushToApp(device, push, await fcm.get(), environment.PUSH_FCM_URL);
    // Registered with a server that does not push to its kind; it may one day.
    return { kind: 'sent' };
  }
}

async function postpone(record: QueueRecord, retryAfter: number | undefined): Promise<void> {
  const times = record.attributes.ApproximateReceiveCount;
  const pause = retryAfter ?? pauses[times - 1] ?? longestPause;
  await services.queue.client.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: services.queue.url,
      ReceiptHandle: record.receiptHandle,
      VisibilityTimeout: Math.min(pause, longestPause),
    }),
  );
}
