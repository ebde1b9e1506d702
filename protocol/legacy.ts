/**
 * What the five replaced programs send, as the frames of this protocol. Their shapes and names stop here: nothing behind this file knows
 * them. Source: docs/seeds.md.
 */
import * as z from 'zod/mini';
import { text } from './fields.ts';
import { limits } from './limits.ts';
import type { MessageRef } from './message-id.ts';

const messageIdError = 'must be the id of a message';
/** An error repeats it, and has to fit a frame itself. */
const messageId = text(messageIdError).check(z.maxLength(limits.messageIdLength, { error: messageIdError }));

/** Other names of a message's id and text. */
export const legacyFields = {
  /** A message, named by its id instead of `seq`. */
  uiid: z.optional(messageId),
  /** The message that is replied to, named by its id instead of `reply_to`. */
  ref_message: z.optional(z.nullable(messageId)),
  /** The new text of a message, instead of `message`. */
  edit_message: z.optional(text('must be a text')),
} as const;

interface LegacyNames {
  readonly seq?: number | undefined;
  readonly uiid?: string | undefined;
  readonly reply_to?: number | null | undefined;
  readonly ref_message?: string | null | undefined;
  readonly message?: string | undefined;
  readonly edit_message?: string | undefined;
}

/** The message that a frame names. */
export function targetOf({ seq, uiid: id }: LegacyNames): MessageRef {
  return { seq, id };
}

/** The message that a frame replies to. */
export function replyOf({ reply_to: seq, ref_message: id }: LegacyNames): MessageRef | undefined {
  return seq == null && !id ? undefined : { seq: seq ?? undefined, id: id || undefined };
}

/** The text that a frame gives a message. */
export function textOf({ message, edit_message: edited }: LegacyNames): string | undefined {
  return message ?? edited;
}

/** Events of one of the programs → types of frames. */
const eventTypes = new Map<unknown, string>([
  ['create', 'create'],
  ['edit', 'edit'],
  ['delete', 'delete'],
  ['delete all', 'clear'],
]);

/**
 * A frame without a `type`: `{"event_type":"create","event_data":{…}}` (likewise `edit`, `delete` and `delete all`), or a bare
 * `{"message":…}`. Any other value is returned as it is.
 */
export function withType(value: Record<string, unknown>): Record<string, unknown> {
  const { type, event_type: eventType, event_data: data } = value;
  if (type !== undefined) return type === 'chat_message' ? { ...value, type: 'create' } : value;
  const eventFrame = eventTypes.get(eventType);
  if (eventFrame !== undefined && typeof data === 'object' && data !== null) return { ...data, type: eventFrame };
  if (eventType === undefined && typeof value.message === 'string') return { ...value, type: 'create' };
  return value;
}
