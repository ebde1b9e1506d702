/** Server → client. Source: docs/protocol.md, section 4. */
import * as z from 'zod/mini';
import { errorCodes } from './errors.ts';
import {
  ConversationChange,
  ConversationSettings,
  ConversationView,
  Invitation,
  Me,
  Message,
  Profile,
  Time,
} from './message.ts';

const conversation = z.string();

export const events = {
  /** A new message. Only its author gets `client_id` and `delivered_to`; the author's copy is the acknowledgement. */
  chat_message: z.extend(Message, {
    type: z.literal('chat_message'),
    room: z.string(),
    delivered_to: z.optional(z.array(z.string())),
  }),
  /** The message after an edit; `change` is the number of the edit's entry. */
  message_edited: z.extend(Message, { type: z.literal('message_edited'), room: z.string(), change: z.int() }),
  /** The message after its deletion, without text and attachments; `change` is the number of the deletion's entry. */
  message_deleted: z.extend(Message, { type: z.literal('message_deleted'), room: z.string(), change: z.int() }),
  /** Every message of `user` up to `up_to` is deleted, together with their account; `change` is the number of the entry that says so. */
  messages_erased: z.object({
    type: z.literal('messages_erased'),
    conversation,
    user: z.string(),
    up_to: z.int(),
    change: z.int(),
  }),
  /** To a user's own connections: they have deleted the message for themselves. */
  message_hidden: z.object({ type: z.literal('message_hidden'), conversation, seq: z.int() }),
  /** To a user's own connections: they have cleared the history up to this number for themselves. */
  history_cleared: z.object({ type: z.literal('history_cleared'), conversation, up_to: z.int() }),
  /** To a user's own connections: they have muted the conversation, or ended that. */
  conversation_muted: z.object({ type: z.literal('conversation_muted'), conversation, muted: z.boolean() }),
  /** To a user's own connections: their settings of the conversation as they are now, and the unread count that follows from them. */
  conversation_settings: z.object({
    type: z.literal('conversation_settings'),
    conversation,
    settings: ConversationSettings,
    muted: z.boolean(),
    unread_count: z.int(),
  }),
  reaction: z.object({
    type: z.literal('reaction'),
    conversation,
    seq: z.int(),
    emoji: z.string(),
    user: z.string(),
    removed: z.boolean(),
    change: z.int(),
  }),
  typing: z.object({ type: z.literal('typing'), conversation, user: z.string(), typing: z.boolean() }),
  user_join: z.object({ type: z.literal('user_join'), conversation, user: z.string() }),
  user_leave: z.object({ type: z.literal('user_leave'), conversation, user: z.string() }),
  presence: z.object({
    type: z.literal('presence'),
    user: z.string(),
    online: z.boolean(),
    last_seen: z.nullable(Time),
  }),
  /** `by` has asked. `person` is the other person, as the receiver of this event sees them. */
  friend_requested: z.object({ type: z.literal('friend_requested'), by: z.string(), person: Profile }),
  /** `by` has accepted. `person` is as in `friend_requested`. */
  friend_accepted: z.object({ type: z.literal('friend_accepted'), by: z.string(), person: Profile }),
  /** A friendship or a request has ended; `user` is the other person. */
  friend_removed: z.object({ type: z.literal('friend_removed'), user: z.string() }),
  /** To a user's own connections: they have blocked `person`. */
  user_blocked: z.object({ type: z.literal('user_blocked'), person: Profile }),
  /** To a user's own connections: they have ended their block of `user`. */
  user_unblocked: z.object({ type: z.literal('user_unblocked'), user: z.string() }),
  /** To a user's own connections: their profile as it is now. */
  profile_changed: z.object({ type: z.literal('profile_changed'), profile: Me }),
  /** You are invited to a managed group by `person`, whose user name is `by`. As in the list of invitations. */
  invited: z.extend(Invitation, { type: z.literal('invited') }),
  /** The invitation waits no longer: you have answered on one of your devices, or it was taken back. */
  invitation_ended: z.object({ type: z.literal('invitation_ended'), conversation }),
  /** In a large conversation `users` is empty, and `online` is how many there are, once they have been counted. */
  online_user_list: z.object({
    type: z.literal('online_user_list'),
    conversation,
    users: z.array(z.string()),
    online: z.optional(z.int()),
  }),
  /** In a large conversation, instead of `user_join` and `user_leave`: so many members are online now. */
  presence_count: z.object({ type: z.literal('presence_count'), conversation, online: z.int() }),
  /** Newest first. */
  last_50_messages: z.object({
    type: z.literal('last_50_messages'),
    conversation,
    messages: z.array(Message),
    has_more: z.boolean(),
  }),
  messages_read: z.object({ type: z.literal('messages_read'), conversation, user: z.string(), up_to: z.int() }),
  /** The message has been delivered to these users, and with it the author's earlier messages in the conversation. */
  message_delivered: z.object({
    type: z.literal('message_delivered'),
    conversation,
    seq: z.int(),
    to: z.array(z.string()),
  }),
  unread_count: z.object({ type: z.literal('unread_count'), unread_count: z.int() }),
  new_message_notification: z.object({
    type: z.literal('new_message_notification'),
    conversation,
    unread_count: z.int(),
    name: z.string(),
    message: Message,
    mentioned: z.optional(z.literal(true)),
  }),
  single_conversation_unread_count: z.object({
    type: z.literal('single_conversation_unread_count'),
    conversation,
    unread_count: z.int(),
  }),
  single_conversation_new_message_notification: z.object({
    type: z.literal('single_conversation_new_message_notification'),
    conversation,
    unread_count: z.int(),
    name: z.string(),
    message: Message,
    mentioned: z.optional(z.literal(true)),
  }),
  /** The inbox, latest first, as many conversations as fit one frame; `next` is the HTTP address of the rest. */
  conversations: z.object({
    type: z.literal('conversations'),
    count: z.int(),
    next: z.nullable(z.string()),
    previous: z.null(),
    results: z.array(ConversationView),
  }),
  /** A managed group changed, or somebody left or came back to a fixed conversation. `title` is its present title; `message` is the entry as history shows it. */
  conversation_updated: z.object({
    type: z.literal('conversation_updated'),
    conversation,
    seq: z.int(),
    change: ConversationChange,
    by: z.string(),
    title: z.nullable(z.string()),
    message: Message,
  }),
  token_renewed: z.object({ type: z.literal('token_renewed'), expires: Time }),
  pong: z.object({ type: z.literal('pong') }),
  error: z.object({
    type: z.literal('error'),
    code: z.enum(errorCodes),
    message: z.string(),
    client_id: z.optional(z.string()),
    retry_after: z.optional(z.int()),
  }),
} as const;

export type EventType = keyof typeof events;
export type ServerEvent = { [type in EventType]: Readonly<z.infer<(typeof events)[type]>> }[EventType];
