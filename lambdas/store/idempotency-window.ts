/**
 * The ring of a membership (membership.ts): hash of client_id → what became of the last 24 messages and changes of messages. It makes
 * sending idempotent and limits its rate with no item of its own. Hashed to 8 bytes, so that the whole item stays under the 1 KB that one
 * write unit pays for; because hashes may collide, the entry itself, which holds the client_id in full, has the last word.
 */
import { createHash } from 'node:crypto';
import { limits } from '#protocol/limits';

/** A message, or a change of one, that a member sent. */
export interface SendRecord {
  readonly seq: number;
  /** Messages up to here. */
  readonly count: number;
  /** ms */
  readonly at: number;
}

export const windowSize = limits.sendsRemembered;

/** `seq.holes.ms` in base 36: a third shorter than a list of numbers, which decides whether 24 of them fit the 1 KB. */
export function packSend({ seq, count, at }: SendRecord): string {
  return [seq, seq - count, at].map((number) => number.toString(36)).join('.');
}

export function unpackSend(text: string): SendRecord {
  const [seq = 0, more = 0, at = 0] = text.split('.').map((number) => Number.parseInt(number, 36));
  return { seq, count: seq - more, at };
}

export function hashClientId(clientId: string): string {
  return createHash('sha256').update(clientId).digest().subarray(0, 8).toString('base64url');
}
