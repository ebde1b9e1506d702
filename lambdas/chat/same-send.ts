/**
 * Telling the repeat of a send from another send under the same client_id. A repeat is the same operation on the same target with the same
 * content, and is answered with what it stored. Anything else is refused: an answer to it would hide that it was never done.
 *
 * A message's text changes with its edits and goes with its deletion. So the first of these leaves the message's fingerprint in its entry
 * (apply-change.ts), and messages that were never changed need none.
 */
import { createHash } from 'node:crypto';
import { cleanText } from '#protocol/clean-text';
import { ChatError } from '#protocol/errors';
import { type MessageRef, seqOfMessageId } from '#protocol/message-id';
import type { MessageEntry, SentEntry } from '../store/entry.ts';

/** What a member wants to be done, as far as it makes one send different from another. */
export type Send =
  | {
      readonly type: 'message';
      readonly text: string;
      /** Ids of its files. */
      readonly files: readonly string[];
      readonly reply_to: number | null;
    }
  | { readonly type: 'edit'; readonly target: number; readonly text: string }
  | { readonly type: 'delete'; readonly target: number }
  | { readonly type: 'reaction'; readonly target: number; readonly emoji: string; readonly removed: boolean };

/** @throws ChatError `conflict` unless the entry is what this send would store */
export function assertSameSend<S extends Send>(
  entry: SentEntry,
  send: S,
): asserts entry is Extract<SentEntry, { type: S['type'] }> {
  if (!isSameSend(entry, send)) throw usedClientId(entry.seq);
}

export function usedClientId(seq: number): ChatError {
  return new ChatError('conflict', `its client_id is that of another send already, of entry ${seq}: choose another`);
}

/** The send that stored an entry, or would store it. Texts from before they were cleaned as today are cleaned for it. */
export function sendOf(entry: SendFields): Send {
  if (entry.type !== 'message') return entry;
  const { type, text, files, reply_to } = entry;
  return { type, text: cleanText(text), files: files.map(({ id }) => id), reply_to };
}

type SendFields =
  | Exclude<Send, { type: 'message' }>
  | (Pick<MessageEntry, 'type' | 'text' | 'reply_to'> & { readonly files: readonly { readonly id: string }[] });

/** The number that a reference names; undefined if it names none, or two different ones. */
export function namedSeq({ seq, id }: MessageRef): number | undefined {
  const ofId = id === undefined ? seq : seqOfMessageId(id);
  return seq === undefined || seq === ofId ? ofId : undefined;
}

function isSameSend(entry: SentEntry, send: Send): boolean {
  switch (entry.type) {
    case 'message':
      return send.type === 'message' && isSameMessage(entry, send);
    case 'edit':
      return send.type === 'edit' && send.target === entry.target && send.text === cleanText(entry.text);
    case 'delete':
      return send.type === 'delete' && send.target === entry.target;
    case 'reaction': {
      const { target, emoji, removed } = entry;
      return send.type === 'reaction' && send.target === target && send.emoji === emoji && send.removed === removed;
    }
  }
}

function isSameMessage(entry: MessageEntry, send: Extract<Send, { type: 'message' }>): boolean {
  if (entry.sent !== undefined) return entry.sent === fingerprint(send);
  // It was changed when changes left no fingerprint yet: then nobody knows any more what it said.
  return isChanged(entry) || fingerprint(sendOf(entry)) === fingerprint(send);
}

/** The fingerprint that the first change of a message leaves; undefined for a message that was changed before. */
export function firstFingerprint(message: MessageEntry): string | undefined {
  return isChanged(message) ? undefined : fingerprint(sendOf(message));
}

function isChanged({ changed, edited_at, deleted }: MessageEntry): boolean {
  return changed !== undefined || edited_at !== undefined || deleted === true;
}

/** Six bytes, which nobody can turn back into the text of a deleted message. */
function fingerprint(send: Send): string {
  const content = send.type === 'message' ? [send.text, send.files, send.reply_to] : send;
  return createHash('sha256').update(JSON.stringify(content)).digest().subarray(0, 6).toString('base64url');
}
