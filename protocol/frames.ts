/** Client → server. Source: PROTOCOL section 3. */
import * as z from 'zod/mini';
import { type ChatError, unable } from './errors.ts';
import { limits } from './limits.ts';

/** Text of the wire: no broken characters (a lone surrogate cannot be stored and would come back changed). */
const text = (says: string) =>
  z.string({ error: says }).check(z.refine((value) => value.isWellFormed(), { error: says }));

const clientId = text(`must be a text of 1 to ${limits.clientIdLength} characters`).check(
  z.refine((id) => id.length >= 1 && id.length <= limits.clientIdLength, {
    error: `must be a text of 1 to ${limits.clientIdLength} characters`,
  }),
);
const seq = z
  .int({ error: 'must be a whole number from 1' })
  .check(z.gte(1, { error: 'must be a whole number from 1' }));

const conversation = z.optional(text('must be the name of a conversation'));
const booleanText = 'must be true or false';
const emojiText = 'must be one emoji';
const target = { seq: z.optional(seq), uiid: z.optional(text('must be the id of a message')) };

/** One emoji as Unicode recommends them for interchange: https://www.unicode.org/reports/tr51/#def_rgi_set */
const emoji = text(emojiText).check(z.refine((value) => /^\p{RGI_Emoji}$/v.test(value), { error: emojiText }));

export const frames = {
  create: z.object({
    type: z.literal(['create', 'chat_message']),
    conversation,
    message: z.optional(text('must be a text')),
    attachments: z.optional(
      z
        .array(text('must be the id of an upload'), { error: 'must be a list of ids of uploads' })
        .check(
          z.maxLength(limits.attachmentsPerMessage, { error: `must be at most ${limits.attachmentsPerMessage} ids` }),
        ),
    ),
    reply_to: z.optional(z.nullable(seq)),
    /** The id, as one of the replaced programs calls it, may stand for the number. */
    ref_message: z.optional(z.nullable(text('must be the id of a message'))),
    client_id: z.optional(clientId),
  }),
  /** `uiid`, as one of the replaced programs calls the message's id, may stand for `seq`, and `edit_message` for `message`. */
  edit: z.object({
    type: z.literal('edit'),
    conversation,
    ...target,
    message: z.optional(text('must be a text')),
    edit_message: z.optional(text('must be a text')),
    client_id: z.optional(clientId),
  }),
  delete: z.object({
    type: z.literal('delete'),
    conversation,
    ...target,
    /** `me`: for oneself, the others still see it. */
    for: z._default(z.enum(['everyone', 'me'], { error: 'must be everyone or me' }), 'everyone'),
    client_id: z.optional(clientId),
  }),
  /** Clears the history for oneself. */
  clear: z.object({ type: z.literal('clear'), conversation, up_to: z.optional(z.nullable(seq)) }),
  react: z.object({
    type: z.literal('react'),
    conversation,
    ...target,
    emoji,
    remove: z.optional(z.boolean({ error: booleanText })),
    client_id: z.optional(clientId),
  }),
  typing: z.object({
    type: z.literal('typing'),
    conversation,
    typing: z.pipe(
      z.union([z.boolean(), z.enum(['True', 'False', 'true', 'false'])], { error: booleanText }),
      z.transform((value) => value === true || value === 'True' || value === 'true'),
    ),
  }),
  read_messages: z.object({ type: z.literal('read_messages'), conversation, up_to: z.optional(z.nullable(seq)) }),
  ping: z.object({ type: z.literal('ping') }),
} as const;

export type FrameType = keyof typeof frames;

/**
 * A text from outside as an object.
 * @param what what it is; for a frame the refusal names one
 * @throws ChatError `invalid_frame`
 */
export function parseObject(text: string | undefined, what: 'frame' | 'body' = 'frame'): Record<string, unknown> {
  const right = `send one JSON object${what === 'frame' ? ', such as {"type":"ping"}' : ''}`;
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    throw unable('invalid_frame', `read the ${what}`, `it is not JSON: ${right}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw unable('invalid_frame', `read the ${what}`, `it is not an object: ${right}`);
  }
  return value as Record<string, unknown>;
}

/**
 * Any value from outside against its schema.
 * @throws ChatError `invalid_frame`
 */
export function parseAs<T>(schema: z.ZodMiniType<T>, value: unknown, toDoWhat: string): T {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  throw invalid(toDoWhat, result.error.issues[0]);
}

function invalid(toDoWhat: string, issue: z.core.$ZodIssue | undefined): ChatError {
  const field = issue?.path.map(String).join('.') || 'it';
  return unable('invalid_frame', toDoWhat, `${field} ${issue?.message ?? 'is not as documented'}`);
}

/**
 * What the programs that Parley replaces send without a `type`: `{"event_type":"create","event_data":{…}}` (likewise `edit`, `delete` and `delete all`), or a bare `{"message":…}`.
 * @throws ChatError `invalid_frame` for everything else
 */
export function fromOtherShape(value: Record<string, unknown>): Record<string, unknown> {
  const { type, event_type: eventType, event_data: eventData } = value;
  const shaped = type === undefined && typeof eventData === 'object' && eventData !== null;
  if (shaped && eventType === 'delete all') return { ...eventData, type: 'clear' };
  if (shaped && (eventType === 'create' || eventType === 'edit' || eventType === 'delete')) {
    return { ...eventData, type: eventType };
  }
  if (type === undefined && eventType === undefined && typeof value.message === 'string') {
    return { ...value, type: 'create' };
  }
  const known = Object.keys(frames).join(', ');
  throw unable(
    'invalid_frame',
    'read the frame',
    `${typeof type === 'string' ? 'its type is unknown' : 'it has no type'}: send one of ${known}`,
  );
}

/**
 * A message's text as it is stored: trimmed, within the limits; empty only beside attachments.
 * @throws ChatError `invalid_frame`, `too_large`
 */
export function messageText(message: string | undefined, attachments: number, toDoWhat = 'send the message'): string {
  const trimmed = (message ?? '').trim();
  if (trimmed === '' && attachments === 0) {
    throw unable('invalid_frame', toDoWhat, 'it is empty: give a message of 1 to 8,000 characters, or attachments');
  }
  if ([...trimmed].length > limits.textLength) {
    throw unable('too_large', toDoWhat, `it has more than ${limits.textLength.toLocaleString('en')} characters`);
  }
  const addresses = attachments === 0 ? 0 : (attachments + 1) * limits.attachmentAddressBytes;
  const room = limits.messageBytes - addresses;
  if (bytesOf(trimmed) > room) {
    const beside = attachments === 0 ? '' : ` beside ${attachments} attachments`;
    throw unable('too_large', toDoWhat, `it has more than ${room.toLocaleString('en')} bytes${beside}`);
  }
  return trimmed;
}

/** Bytes of a value as JSON. */
export function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}
