/** Client → server. Source: docs/protocol.md, section 3. */
import * as z from 'zod/mini';
import { ChatError } from './errors.ts';
import { attachment, clientId, emoji, seq, text } from './fields.ts';
import { legacyFields, replyOf, targetOf, textOf, withType } from './legacy.ts';
import { limits } from './limits.ts';
import { parseAs, parseObject } from './parse.ts';

const conversation = z.optional(text('must be the name of a conversation'));
const message = z.optional(text('must be a text'));
const upTo = z.optional(z.nullable(seq));
const yesOrNo = 'must be true or false';
const { uiid, ref_message, edit_message } = legacyFields;
const target = { seq: z.optional(seq), uiid };

/** Frames as they are sent, with the names that the replaced programs use. HTTP bodies are made of the same fields. */
export const frameFields = {
  create: z.object({
    type: z.literal(['create', 'chat_message']),
    conversation,
    message,
    attachments: z.optional(
      z
        .array(attachment, { error: 'must be a list of ids of uploads' })
        .check(
          z.maxLength(limits.attachmentsPerMessage, { error: `must be at most ${limits.attachmentsPerMessage} ids` }),
        ),
    ),
    reply_to: z.optional(z.nullable(seq)),
    ref_message,
    client_id: z.optional(clientId),
    /** The `client_id` of the message before: this one gets a later number. */
    after: z.optional(clientId),
  }),
  edit: z.object({
    type: z.literal('edit'),
    conversation,
    ...target,
    message,
    edit_message,
    client_id: z.optional(clientId),
  }),
  delete: z.object({
    type: z.literal('delete'),
    conversation,
    ...target,
    /** `me`: only for the caller; the others still see the message. */
    for: z._default(z.enum(['everyone', 'me'], { error: 'must be everyone or me' }), 'everyone'),
    client_id: z.optional(clientId),
  }),
  /** Clears the history for the caller alone. */
  clear: z.object({ type: z.literal('clear'), conversation, up_to: upTo }),
  react: z.object({
    type: z.literal('react'),
    conversation,
    ...target,
    emoji,
    remove: z.optional(z.boolean({ error: yesOrNo })),
    client_id: z.optional(clientId),
  }),
  typing: z.object({
    type: z.literal('typing'),
    conversation,
    typing: z.pipe(
      z.union([z.boolean(), z.enum(['True', 'False', 'true', 'false'])], { error: yesOrNo }),
      z.transform((value) => value === true || value === 'True' || value === 'true'),
    ),
  }),
  read_messages: z.object({
    type: z.literal('read_messages'),
    conversation,
    up_to: upTo,
    /** This connection gets no event of it: its client knows what its user has read. Others of the user do. */
    quiet: z.optional(z.boolean({ error: yesOrNo })),
  }),
  /** A new token of the same account, before the one expires that the connection was opened with. */
  renew_token: z.object({ type: z.literal('renew_token'), token: text('must be a token') }),
  ping: z.object({
    type: z.literal('ping'),
    /** No `pong`: the ping only keeps the connection open. */
    quiet: z.optional(z.boolean({ error: yesOrNo })),
  }),
} as const;

/** Type of a frame → its schema. Parsing gives the frame without the names of the replaced programs: `Frame`. */
export const frames = {
  ...frameFields,
  create: z.pipe(
    frameFields.create,
    z.transform(({ type, reply_to, ref_message, ...frame }) => ({
      ...frame,
      type: 'create' as const,
      reply_to: replyOf({ reply_to, ref_message }),
    })),
  ),
  edit: z.pipe(
    frameFields.edit,
    z.transform(({ seq, uiid, message, edit_message, ...frame }) => ({
      ...frame,
      target: targetOf({ seq, uiid }),
      message: textOf({ message, edit_message }),
    })),
  ),
  delete: z.pipe(
    frameFields.delete,
    z.transform(({ seq, uiid, ...frame }) => ({ ...frame, target: targetOf({ seq, uiid }) })),
  ),
  react: z.pipe(
    frameFields.react,
    z.transform(({ seq, uiid, ...frame }) => ({ ...frame, target: targetOf({ seq, uiid }) })),
  ),
} as const;

export type FrameType = keyof typeof frames;
export type Frame = { [Type in FrameType]: Readonly<z.infer<(typeof frames)[Type]>> }[FrameType];

/** What each frame asks for, in a few words: "unable to <task>; …". */
export const frameTasks = {
  create: 'send the message',
  edit: 'edit the message',
  delete: 'delete the message',
  clear: 'clear the history',
  react: 'react to the message',
  typing: 'show that you type',
  read_messages: 'mark as read',
  renew_token: 'renew the token',
  ping: 'answer the ping',
} as const satisfies Readonly<Record<FrameType, string>>;

/**
 * Reads a frame as a client sent it.
 * @throws ChatError `invalid_frame`
 */
export function readFrame(body: string | undefined): Frame {
  const value = withType(parseObject(body, 'frame'));
  const { type } = value;
  if (isFrameType(type)) return parseAs<Frame>(frames[type], value, `read the ${type} frame`);
  const problem = typeof type === 'string' ? 'its type is unknown' : 'it has no type';
  const known = Object.keys(frames).join(', ');
  throw new ChatError('invalid_frame', `${problem}: send one of ${known}`, { task: 'read the frame' });
}

function isFrameType(type: unknown): type is FrameType {
  return typeof type === 'string' && Object.hasOwn(frames, type);
}
