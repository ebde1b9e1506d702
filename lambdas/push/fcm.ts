/**
 * Pushing to apps through Firebase Cloud Messaging, which passes on to Apple's service for iOS.
 * https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages
 */
import { JWT } from 'google-auth-library';
import * as z from 'zod/mini';
import { type PushDevice, shortHash } from '../store/push-device.ts';
import { callPushService, failed } from './call-push-service.ts';
import type { Outcome, Push } from './push-job.ts';
import { timeToLive } from './web-push.ts';

/** The file that the Firebase console gives for a service account. */
const Account = z.object({
  project_id: z.string(),
  client_email: z.string(),
  private_key: z.string(),
  token_uri: z.url(),
});

export interface Fcm {
  readonly projectId: string;
  /** An access token; kept until shortly before its hour is over. */
  token(): Promise<string>;
}

/** @throws Error when the secret is no service account */
export function openFcm(secret: unknown): Fcm {
  const { data } = z.safeParse(Account, secret);
  if (!data) throw new Error('unable to push by FCM; the secret is not the JSON file of a service account');
  const client = new JWT({
    email: data.client_email,
    key: data.private_key,
    scopes: ['https://www.googleapis.com/auth/firebase.messaging'],
    // The library would bring another fetch, and asks one address whatever the file says.
    transporterOptions: { fetchImplementation: (_, init) => fetch(data.token_uri, init) },
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
/** Nothing will ever reach the token again: the app is gone, or it is another project's. */
const forGood = ['UNREGISTERED', 'SENDER_ID_MISMATCH'];

/** @param url where FCM is, without a path */
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
      // Anybody may register what FCM never gave out.
      const isToken = details.some(({ fieldViolations }) =>
        fieldViolations.some(({ field }) => field === 'message.token'),
      );
      if (isToken) return { kind: 'gone', why: `${code}: no token of FCM's` };
      return forGood.includes(code) ? { kind: 'gone', why: code } : failed(response, said);
    },
  );
}

/** Of a conversation one notification: the newest replaces what waits for a device, and what it shows. */
function toMessage(token: string, { title, body, ...push }: Push) {
  const topic = shortHash(push.conversation);
  const expires = String(timeToLive);
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
        'apns-expiration': String(Math.floor(Date.now() / 1000) + timeToLive),
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
