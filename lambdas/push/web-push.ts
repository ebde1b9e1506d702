/**
 * Pushes to browsers: Web Push with VAPID.
 * https://www.rfc-editor.org/rfc/rfc8030 (protocol), 8291 (encryption), 8292 (VAPID)
 */
import { createECDH } from 'node:crypto';
import webPush from 'web-push';
import * as z from 'zod/mini';
import { isPushEndpoint } from '#protocol/push-services';
import { shortHash, type WebPushDevice } from '../store/push-device.ts';
import { callPushService, failed } from './call-push-service.ts';
import type { Outcome, Push } from './push-job.ts';

/** The output of `npx web-push generate-vapid-keys --json`. */
const Keys = z.object({ publicKey: z.string(), privateKey: z.string() });

export interface Vapid {
  readonly subject: string;
  readonly publicKey: string;
  readonly privateKey: string;
}

/** A device that comes back later finds the message in the log. */
export const timeToLiveSeconds = 86_400;

/** @throws Error when the secret is not the key pair that browsers have subscribed with: every push would be refused. */
export function parseVapid(secret: unknown, expected: { publicKey: string; subject: string }): Vapid {
  const { data } = z.safeParse(Keys, secret);
  if (!data) throw new Error('unable to push to browsers; the secret is not {"publicKey", "privateKey"}');
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(data.privateKey, 'base64url');
  const publicKey = pair.getPublicKey('base64url');
  if (publicKey !== expected.publicKey || publicKey !== data.publicKey) {
    throw new Error('unable to push to browsers; the secret is not the pair of the option push.web.publicKey');
  }
  return { ...expected, privateKey: data.privateKey };
}

export async function pushToBrowser(
  device: WebPushDevice,
  push: Push,
  vapid: Vapid,
  services: readonly string[],
): Promise<Outcome> {
  const { address, p256dh, auth } = device;
  // The deployer may have removed the service from the list since the browser subscribed.
  if (!isPushEndpoint(address, services)) return { kind: 'gone', why: 'its service is not allowed any more' };
  const request = webPush.generateRequestDetails({ endpoint: address, keys: { p256dh, auth } }, JSON.stringify(push), {
    vapidDetails: vapid,
    TTL: timeToLiveSeconds,
    // RFC 8030 names chat as its example of this urgency: a phone with a low battery gets it later.
    urgency: 'normal',
    // Only the newest message of a conversation waits for an offline browser. RFC 8030: at most 32 characters.
    topic: shortHash(push.conversation),
  });
  // fetch sets this header itself.
  const { 'Content-Length': _, ...headers } = request.headers;
  return callPushService(
    address,
    {
      method: request.method,
      headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
      body: request.body && new Uint8Array(request.body),
    },
    async (response) => {
      // 400: this subscription can never work.
      if ([400, 404, 410].includes(response.status)) return { kind: 'gone', why: `answered ${response.status}` };
      return failed(response, await response.text());
    },
  );
}
