/**
 * The idempotency window of a member of a room or group: the attribute `ring` of the membership (membership.ts), hash of client_id → send
 * record of the last 24 sends. It recognises repeated sends without an item of its own. In a conversation that is named by its members, the
 * conversation's state has the windows (named-sends.ts).
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

/** How each packed record of this number begins. */
export function seqPrefix(seq: number): string {
  return `${seq.toString(36)}.`;
}

/** The number of a packed record. */
export function seqOfSend(text: string): number {
  return Number.parseInt(text, 36);
}

export function hashClientId(clientId: string): string {
  return createHash('sha256').update(clientId).digest().subarray(0, 8).toString('base64url');
}
