/** Messages, people and conversations on the wire. Source: docs/protocol.md, section 5. */
import * as z from 'zod/mini';

/** ISO 8601, UTC, with milliseconds: `2026-11-20T09:40:05.123Z` */
export const Time = z.iso.datetime();

export const Person = z.object({ username: z.string(), name: z.string() });
export type Person = z.infer<typeof Person>;

/**
 * A file of a message. `url` is signed when the message is read, and valid for an hour. `width` and `height` of a picture or film are the
 * uploader's, in pixels: both or neither.
 */
export const Attachment = z.object({
  id: z.string(),
  filename: z.string(),
  content_type: z.string(),
  size: z.int(),
  width: z.optional(z.int()),
  height: z.optional(z.int()),
  url: z.string(),
});
export type Attachment = z.infer<typeof Attachment>;

export const ContentType = z.enum(['text', 'image', 'file', 'system']);
export type ContentType = z.infer<typeof ContentType>;

export const Message = z.object({
  id: z.string(),
  seq: z.int(),
  conversation: z.string(),
  from_user: Person,
  message: z.string(),
  content_type: ContentType,
  attachments: z.array(Attachment),
  multimedia_url: z.nullable(z.string()),
  reply_to: z.nullable(z.int()),
  /** User names of the members whom the text mentions, in the order of the text. */
  mentions: z.array(z.string()),
  reactions: z.record(z.string(), z.array(z.string())),
  date_added: Time,
  edited_at: z.nullable(Time),
  deleted: z.boolean(),
  client_id: z.optional(z.string()),
});
export type Message = Readonly<z.infer<typeof Message>>;

/** The newest message of a conversation as lists show it: the beginning of its text, and no addresses. */
export const LastMessage = z.object({
  seq: z.int(),
  from_user: Person,
  message: z.string(),
  content_type: ContentType,
  date_added: Time,
  deleted: z.boolean(),
});
export type LastMessage = z.infer<typeof LastMessage>;

/**
 * Permissions: an `owner` may do everything. An `admin` of a group may invite, remove and change the title; a `moderator` of a room may remove,
 * delete messages and change the title. In other conversations everybody is a `member`.
 */
export const Role = z.enum(['owner', 'admin', 'moderator', 'member']);
export type Role = z.infer<typeof Role>;

/**
 * What happened to a conversation, and who did it. `who` is the person concerned, if that is somebody else. `role` is their new role; an owner
 * who transfers ownership becomes `admin`. `members` are the first members of a new group.
 */
export const ConversationChange = z.object({
  kind: z.enum(['created', 'invited', 'removed', 'joined', 'left', 'title', 'role']),
  by: z.string(),
  who: z.optional(z.string()),
  title: z.optional(z.string()),
  role: z.optional(Role),
  members: z.optional(z.array(z.string())),
});
export type ConversationChange = Readonly<z.infer<typeof ConversationChange>>;

/**
 * A member, and how far they have read. `last_seen` is null while they are online, and before their first connection. Messages up to
 * `delivered_until` have been delivered to a connection of theirs.
 */
export const Member = z.object({
  username: z.string(),
  name: z.string(),
  role: Role,
  read_seq: z.int(),
  online: z.boolean(),
  last_seen: z.nullable(Time),
  delivered_until: z.nullable(Time),
});
export type Member = z.infer<typeof Member>;

/** A user as others see them. `avatar` is a signed address, valid for an hour. */
export const Profile = z.object({
  username: z.string(),
  name: z.string(),
  avatar: z.nullable(z.string()),
  online: z.boolean(),
  last_seen: z.nullable(Time),
});
export type Profile = z.infer<typeof Profile>;

/** You are invited to a managed group by `person`, whose user name is `by`. */
export const Invitation = z.object({
  conversation: z.string(),
  title: z.nullable(z.string()),
  by: z.string(),
  person: Profile,
  invited_at: Time,
});
export type Invitation = z.infer<typeof Invitation>;

/** Friends, or an open request that was `sent` or `received`. */
export const FriendState = z.enum(['friends', 'received', 'sent']);
export type FriendState = z.infer<typeof FriendState>;

export const ConversationKind = z.enum(['direct', 'fixed', 'room', 'group']);

/** One conversation as its member sees it. In lists `members` is empty for rooms and groups, which may have thousands. */
export const ConversationView = z.object({
  id: z.string(),
  kind: ConversationKind,
  title: z.nullable(z.string()),
  seq: z.int(),
  unread_count: z.int(),
  /** You get no pushes and no notifications of it, and it does not count in the total of unread messages. */
  muted: z.optional(z.literal(true)),
  read_seq: z.int(),
  last_message: z.nullable(LastMessage),
  /** In a large conversation it has you alone. In lists of conversations it is empty for rooms and groups. */
  members: z.array(Member),
  /** Only of a large conversation: how many members it has and how many are online, as they were counted last; null before that. */
  member_count: z.optional(z.nullable(z.int())),
  online: z.optional(z.nullable(z.int())),
  /** Only of a room: its owner. Null: nobody. */
  owner: z.optional(z.nullable(z.string())),
  /** Only in the answer to who has just invited them: users who are no members until they accept. */
  invited: z.optional(z.array(z.string())),
});
export type ConversationView = z.infer<typeof ConversationView>;
