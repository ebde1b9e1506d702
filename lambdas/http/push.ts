import type { PushAnswer } from '#protocol/http';
import type { Services } from '../runtime/services.ts';
import { type HttpAnswer, json } from './request.ts';

/** `GET /push`: what this server pushes to, and the key with which a page subscribes. */
export async function push({ config }: Services): Promise<HttpAnswer> {
  const { publicKey, fcm } = config.push;
  const answer: PushAnswer = { web: publicKey === undefined ? null : { public_key: publicKey }, fcm };
  return json(200, answer);
}
