/**
 * The idempotency window: the attribute `ring` of a membership (membership.ts), hash of client_id → send record of the last 24 sends. It
 * recognises repeated sends and limits their rate without an item of its own.
 *
 * Hashes of 8 bytes keep the whole item under 1 KB, the size that one write unit pays for. Hashes may collide, so the entry decides: it
 * has the whole client_id.
 */
import { createHash } from 'node:crypto';
import { limits } from '#protocol/limits';

/** What became of one send: of a message, or of a change of one. */
export interface SendRecord {
  readonly seq: number;
  /** Messages up to here. */
  readonly count: number;
  /** ms */
  readonly at: number;
}

export const windowSize = limits.sendsRemembered;

/** `seq.(seq - count).at` in base 36: a third shorter than a list of numbers, so that 24 records fit into 1 KB. */
export function packSend({ seq, count, at }: SendRecord): string {
  return [seq, seq - count, at].map((number) => number.toString(36)).join('.');
}

export function unpackSend(text: string): SendRecord {
  const [seq = 0, others = 0, at = 0] = text.split('.').map((number) => Number.parseInt(number, 36));
  return { seq, count: seq - others, at };
}

export function hashClientId(clientId: string): string {
  return createHash('sha256').update(clientId).digest().subarray(0, 8).toString('base64url');
}
