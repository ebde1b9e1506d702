/**
 * Pushes to apps through Firebase Cloud Messaging, which passes them on to Apple's service for iOS.
 * https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages
 */
import { JWT } from 'google-auth-library';
import * as z from 'zod/mini';
import { callLimits } from '../runtime/call-limits.ts';
import { type PushDevice, shortHash } from '../store/push-device.ts';
import { callPushService, failed } from './call-push-service.ts';
import type { Outcome, Push } from './push-job.ts';
import { timeToLiveSeconds } from './web-push.ts';

/** The JSON file of a service account, from the Firebase console. */
const Account = z.object({
  project_id: z.string(),
  client_email: z.string(),
  private_key: z.string(),
  token_uri: z.url(),
});

export interface Fcm {
  readonly projectId: string;
  /** An access token. It is kept until shortly before it expires. */
  token(): Promise<string>;
}

/**
 * @param answerTimeout ms that Google may take to give a token; it is asked three times
 * @throws Error when the secret is not the file of a service account
 */
export function openFcm(secret: unknown, answerTimeout: number = callLimits.answerTimeout): Fcm {
  const { data } = z.safeParse(Account, secret);
  if (!data) throw new Error('unable to push by FCM; the secret is not the JSON file of a service account');
  const client = new JWT({
    email: data.client_email,
    key: data.private_key,
    scopes: ['https://www.googleapis.com/auth/firebase.messaging'],
    transporterOptions: {
      // The library would bundle another fetch, and it ignores the file's token_uri. It knows no limit either.
      fetchImplementation: (_, init) => fetch(data.token_uri, { ...init, signal: AbortSignal.timeout(answerTimeout) }),
    },
  });
  return {
    projectId: data.project_id,
    async token() {
      const { token } = await client.getAccessToken();
      if (!token) throw new Error('unable to push by FCM; there was no token in the answer');
      return token;
    },
  };
}

const Refusal = z.object({
  error: z.object({
    details: z._default(
      z.array(
        z.looseObject({
          errorCode: z.optional(z.string()),
          fieldViolations: z._default(z.array(z.looseObject({ field: z.optional(z.string()) })), []),
        }),
      ),
      [],
    ),
  }),
});
/** No push will reach this token again: the app was removed, or it belongs to another project. */
const permanentErrors = ['UNREGISTERED', 'SENDER_ID_MISMATCH'];

/** @param url the address of FCM, without a path */
export async function pushToApp(device: PushDevice, push: Push, fcm: Fcm, url: string): Promise<Outcome> {
  const authorization = `Bearer ${await fcm.token()}`;
  return callPushService(
    `${url}/v1/projects/${fcm.projectId}/messages:send`,
    {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ message: toMessage(device.address, push) }),
    },
    async (response) => {
      const said = await response.text();
      const { data } = z.safeParse(Refusal, parse(said));
      const details = data?.error.details ?? [];
      const code = details.find(({ errorCode }) => errorCode !== undefined)?.errorCode ?? '';
      // A user may register a token that FCM never issued.
      const isToken = details.some(({ fieldViolations }) =>
        fieldViolations.some(({ field }) => field === 'message.token'),
      );
      if (isToken) return { kind: 'gone', why: `${code}: not a token of FCM` };
      return permanentErrors.includes(code) ? { kind: 'gone', why: code } : failed(response, said);
    },
  );
}

/** One notification per conversation: the newest replaces the one that waits for the device, and the one that it shows. */
function toMessage(token: string, { title, body, ...push }: Push) {
  const topic = shortHash(push.conversation);
  const expires = String(timeToLiveSeconds);
  // FCM's data are strings.
  const data = {
    type: push.type,
    conversation: push.conversation,
    seq: String(push.seq),
    id: push.id,
    from_username: push.from_user.username,
    from_name: push.from_user.name,
    unread_count: String(push.unread_count),
    ...(push.mentioned ? { mentioned: 'true' } : {}),
  };
  return {
    token,
    notification: { title, body },
    data,
    android: { collapse_key: topic, priority: 'HIGH', ttl: `${expires}s`, notification: { tag: topic } },
    apns: {
      headers: {
        'apns-collapse-id': topic,
        'apns-priority': '10',
        'apns-expiration': String(Math.floor(Date.now() / 1000) + timeToLiveSeconds),
      },
      payload: { aps: { 'thread-id': push.conversation, sound: 'default' } },
    },
    webpush: { headers: { Topic: topic, TTL: expires, Urgency: 'normal' }, notification: { tag: topic } },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
