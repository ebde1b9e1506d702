/** What the wire's words mean, a sentence or two each: for the generated files. The whole story is docs/protocol.md. */
import type { ErrorCode } from '#protocol/errors';
import type { EventType } from '#protocol/events';
import type { FrameType } from '#protocol/frames';
import type { Scope } from '#protocol/scope';

interface Described {
  readonly summary: string;
  /** One that the schema accepts. */
  readonly example: Readonly<Record<string, unknown>>;
}

export const frameTexts: Readonly<Record<FrameType, Described>> = {
  create: {
    summary:
      'A message. It is stored, then sent as `chat_message` to every device of every member; the sender’s own copy, with its `client_id`, is the acknowledgement. The same `client_id` again stores nothing twice. `chat_message` is another name of this frame.',
    example: { type: 'create', conversation: 'alice_bob', message: 'Hello', client_id: '5d9f2c' },
  },
  edit: {
    summary:
      'Another text for a message of one’s own, named by its `seq`, or by its id as `uiid`. Every device of every member gets `message_edited`. `edit_message` is another name of `message`.',
    example: { type: 'edit', conversation: 'alice_bob', seq: 42, message: 'Hello, Bob' },
  },
  delete: {
    summary:
      'Takes text and attachments from a message of one’s own (of anybody’s, for a group’s owner), named by its `seq`, or by its id as `uiid`. Its place in the log stays; every device of every member gets `message_deleted`. With `for: "me"` any message disappears for its sender alone, whose devices get `message_hidden`.',
    example: { type: 'delete', conversation: 'alice_bob', uiid: '01KAGM8S1B9XJ3Q0V70000001A' },
  },
  clear: {
    summary:
      'Everything up to this `seq` (default: all) is not shown to the sender any more; the others keep it. The sender’s devices get `history_cleared`.',
    example: { type: 'clear', conversation: 'alice_bob', up_to: 42 },
  },
  react: {
    summary:
      'Adds one emoji to a message of anybody, or with `remove` takes one’s own back. Every device of every member gets `reaction`.',
    example: { type: 'react', conversation: 'alice_bob', seq: 42, emoji: '👍' },
  },
  typing: {
    summary: 'The sender types, or has stopped. Told to the others who are connected, never stored.',
    example: { type: 'typing', conversation: 'alice_bob', typing: true },
  },
  read_messages: {
    summary:
      'The sender has read up to this `seq` (default: all). The cursor moves forward only. Members are told with `messages_read`, the reader’s own sockets get fresh counts.',
    example: { type: 'read_messages', conversation: 'alice_bob', up_to: 42 },
  },
  ping: {
    summary: 'Answered with `pong`; keeps the idle limit of ten minutes away.',
    example: { type: 'ping' },
  },
};

const alice = { username: 'alice', name: 'Alice' };
const message = {
  id: '01KAGM8S1B9XJ3Q0V70000001A',
  seq: 42,
  conversation: 'alice_bob',
  from_user: alice,
  message: 'Hello',
  content_type: 'text',
  attachments: [],
  multimedia_url: null,
  reply_to: null,
  mentions: [],
  reactions: {},
  date_added: '2026-11-20T09:40:05.123Z',
  edited_at: null,
  deleted: false,
};
const profile = { ...alice, avatar: null, online: true, last_seen: null };
const group = 'group:01kagm8s1b9xj3q0v7t4n2c5zd';
const view = {
  id: 'alice_bob',
  kind: 'direct',
  title: null,
  seq: 42,
  unread_count: 1,
  read_seq: 41,
  last_message: {
    seq: 42,
    from_user: alice,
    message: 'Hello',
    content_type: 'text',
    date_added: '2026-11-20T09:40:05.123Z',
    deleted: false,
  },
  members: [
    {
      username: 'alice',
      name: 'Alice',
      role: 'member',
      read_seq: 42,
      online: true,
      last_seen: null,
      delivered_until: '2026-11-20T09:40:06.000Z',
    },
    {
      username: 'bob',
      name: 'Bob',
      role: 'member',
      read_seq: 41,
      online: false,
      last_seen: '2026-11-20T08:00:00.000Z',
      delivered_until: '2026-11-20T07:58:00.000Z',
    },
  ],
};

export const eventTexts: Readonly<Record<EventType, Described>> = {
  chat_message: {
    summary:
      'A message. To its author it comes last of all and carries `client_id` and `delivered_to`: whom it has reached so far.',
    example: { type: 'chat_message', ...message, room: 'alice_bob', client_id: '5d9f2c', delivered_to: ['bob'] },
  },
  message_edited: {
    summary:
      'A message has another text: the Message as it now is. `change` is the number of the log’s entry about it.',
    example: {
      type: 'message_edited',
      ...message,
      message: 'Hello, Bob',
      edited_at: '2026-11-20T09:42:00.000Z',
      room: 'alice_bob',
      change: 43,
    },
  },
  message_deleted: {
    summary:
      'A message was deleted: the Message as it now is, without text and attachments. `change` is the number of the log’s entry about it.',
    example: { type: 'message_deleted', ...message, message: '', deleted: true, room: 'alice_bob', change: 44 },
  },
  message_hidden: {
    summary: 'To the devices of who deleted this message for themselves.',
    example: { type: 'message_hidden', conversation: 'alice_bob', seq: 42 },
  },
  history_cleared: {
    summary: 'To the devices of who cleared the history for themselves: nothing up to this `seq` is shown any more.',
    example: { type: 'history_cleared', conversation: 'alice_bob', up_to: 42 },
  },
  reaction: {
    summary:
      'Somebody added an emoji to message `seq`, or took it back. `change` is the number of the log’s entry about it.',
    example: {
      type: 'reaction',
      conversation: 'alice_bob',
      seq: 42,
      emoji: '👍',
      user: 'bob',
      removed: false,
      change: 45,
    },
  },
  typing: {
    summary: 'Somebody types, or has stopped.',
    example: { type: 'typing', conversation: 'alice_bob', user: 'alice', typing: true },
  },
  user_join: {
    summary: 'Somebody’s first conversation socket for this conversation was opened; on one’s own socket: one’s own.',
    example: { type: 'user_join', conversation: 'alice_bob', user: 'bob' },
  },
  user_leave: {
    summary: 'Somebody’s last conversation socket for this conversation is gone.',
    example: { type: 'user_leave', conversation: 'alice_bob', user: 'bob' },
  },
  presence: {
    summary: 'A direct contact’s first user socket was opened, or the last one is gone.',
    example: { type: 'presence', user: 'bob', online: false, last_seen: '2026-11-20T09:41:00.000Z' },
  },
  friend_requested: {
    summary:
      'Somebody asks to be friends. `person` is the other one, as who gets this sees them; where `by` is oneself, another device has asked.',
    example: { type: 'friend_requested', by: 'alice', person: profile },
  },
  friend_accepted: {
    summary: 'Two are friends now: `by` has accepted. `person` is the other one, as who gets this sees them.',
    example: { type: 'friend_accepted', by: 'alice', person: profile },
  },
  friend_removed: {
    summary:
      'A friendship is over, or a request was taken back; or one was refused, which only the devices of who refused get to know.',
    example: { type: 'friend_removed', user: 'alice' },
  },
  online_user_list: {
    summary:
      'First event on a conversation socket: the members who have a live socket that receives this conversation.',
    example: { type: 'online_user_list', conversation: 'alice_bob', users: ['bob'] },
  },
  last_50_messages: {
    summary: 'The newest messages, newest first, as many of 50 as fit one frame; `has_more`: there are older ones.',
    example: { type: 'last_50_messages', conversation: 'alice_bob', messages: [message], has_more: false },
  },
  messages_read: {
    summary: 'A member has read up to this `seq`.',
    example: { type: 'messages_read', conversation: 'alice_bob', user: 'bob', up_to: 42 },
  },
  message_delivered: {
    summary:
      'To the author: this message, and with it the author’s earlier ones in the conversation, has reached a device of these users.',
    example: { type: 'message_delivered', conversation: 'alice_bob', seq: 42, to: ['bob'] },
  },
  unread_count: {
    summary: 'Unread messages over all conversations of the user.',
    example: { type: 'unread_count', unread_count: 3 },
  },
  new_message_notification: {
    summary:
      'A message arrived in any conversation; the count is that of all conversations after it. `mentioned` only where it mentions the reader.',
    example: { type: 'new_message_notification', conversation: 'alice_bob', unread_count: 3, name: 'Alice', message },
  },
  single_conversation_unread_count: {
    summary: 'Unread messages of the conversation that the socket watches.',
    example: { type: 'single_conversation_unread_count', conversation: 'alice_bob', unread_count: 1 },
  },
  single_conversation_new_message_notification: {
    summary: 'A message arrived in the conversation that the socket watches.',
    example: {
      type: 'single_conversation_new_message_notification',
      conversation: 'alice_bob',
      unread_count: 1,
      name: 'Alice',
      message,
    },
  },
  conversations: {
    summary:
      'First event on a user socket: the inbox, latest first, as many of 50 as fit one frame; `next` is the HTTP address of the rest.',
    example: { type: 'conversations', count: 1, next: null, previous: null, results: [view] },
  },
  conversation_updated: {
    summary:
      'A managed group changed: its title, its members or their roles. Told to all members, and to who was removed or left as the last of it. `message` is the entry as history shows it.',
    example: {
      type: 'conversation_updated',
      conversation: group,
      seq: 43,
      change: { kind: 'invited', by: 'alice', who: 'bob' },
      by: 'alice',
      title: 'Trip to Rome',
      message: { ...message, conversation: group, seq: 43, message: 'Alice invited Bob', content_type: 'system' },
    },
  },
  pong: { summary: 'The answer to `ping`.', example: { type: 'pong' } },
  error: {
    summary: 'A frame was refused. The socket stays open, except after `token_expired` and `unauthenticated`.',
    example: {
      type: 'error',
      code: 'rate_limited',
      message: 'unable to send the message; at most 20 messages and changes in 10 seconds: try again in 4 s',
      client_id: '5d9f2c',
      retry_after: 4,
    },
  },
};

export const errorTexts: Readonly<Record<ErrorCode, { readonly cause: string; readonly remedy: string }>> = {
  unauthenticated: {
    cause:
      'The token names no user of at most 64 characters. On a socket: the user has signed out everywhere; the socket is closed after the error.',
    remedy: 'Sign in with an account whose name fits, or again.',
  },
  token_expired: {
    cause: 'The token of this socket has expired since it was opened; the socket is closed after the error.',
    remedy: 'Fetch a fresh token and connect again.',
  },
  forbidden: {
    cause:
      'You are not a member of the conversation, or not the author of the message that you want to change, or your role in the group does not allow it, or the other person of a direct conversation has blocked you, or friends come first and you are none.',
    remedy:
      'Be named in it, join the room by connecting or posting, or ask a member of the group. Leave the messages of others as they are, and who has blocked you alone. Where friends come first, ask with `PUT /me/friends/{username}`. Ask the owner of the group for another role.',
  },
  unknown_conversation: {
    cause: 'There is no room or group of this name, or nothing was ever said in it.',
    remedy: 'Check the name; a room comes into being when somebody connects to it or posts in it.',
  },
  unknown_user: {
    cause: 'The conversation or the path names somebody who has never signed up.',
    remedy: 'Check the spelling, or let them sign up first.',
  },
  not_found: {
    cause:
      'The message that is replied to or to be changed, the attachment that is asked for, or the member who is meant, does not exist in this conversation, or not any more.',
    remedy: 'Read the history again and use what is there.',
  },
  invalid_frame: {
    cause: 'The frame, body or query is not as documented; the sentence names the field and what would be right.',
    remedy: 'Correct it; sending the same again fails the same way.',
  },
  too_large: {
    cause: 'The text is longer than a message may be.',
    remedy: 'Shorten it, split it, or send it as a file.',
  },
  rate_limited: {
    cause:
      'You sent too many messages to this conversation in too short a time; or began or joined too many conversations within an hour; or too many friend requests, or too many of them wait for an answer.',
    remedy:
      'Send the same again, with the same `client_id`, after `retry_after` seconds; without `retry_after`, take a request back first.',
  },
  conflict: {
    cause:
      'The message’s place in the log was taken again and again while it was being written; or the message has as many different emoji as it can have; or roles, or what is between friends, changed meanwhile; or the group would be without an owner.',
    remedy:
      'Send the same again, with the same `client_id`; or react with an emoji that the message has; or look who has which role now; or hand the group over first.',
  },
  attachment_missing: {
    cause:
      'You asked for no such upload in this conversation, or as your picture, or nothing was uploaded with its form yet.',
    remedy: 'POST the file with its form, then send again.',
  },
  attachment_rejected: {
    cause: 'What was uploaded has another size or another type than was announced.',
    remedy: 'Ask for a form that says what the file is, and upload with that.',
  },
  internal: {
    cause: 'Something went wrong on the server; its log has the details.',
    remedy: 'Send the same again, with the same `client_id`, after a moment.',
  },
};

type Channel = { readonly summary: string; readonly query: string; readonly events: readonly EventType[] };

const anywhere = ['pong', 'error'] as const;
const ofConversations = [
  'chat_message',
  'message_edited',
  'message_deleted',
  'message_hidden',
  'history_cleared',
  'reaction',
  'conversation_updated',
  'typing',
  'user_join',
  'user_leave',
  'messages_read',
  'message_delivered',
] as const;

const ofFriends = ['friend_requested', 'friend_accepted', 'friend_removed'] as const;

/** What each kind of socket receives. Frames are accepted on all of them. */
export const channelTexts: Readonly<Record<Scope['kind'], Channel>> = {
  user: {
    summary: 'Everything, for all conversations of the user. Frames must name their conversation.',
    query: 'neither `conversation` nor `notifications`',
    events: ['conversations', 'unread_count', 'presence', ...ofFriends, ...ofConversations, ...anywhere],
  },
  conversation: {
    summary: 'The events of one conversation. Frames may leave `conversation` out.',
    query: '`conversation=NAME`',
    events: ['online_user_list', 'last_50_messages', ...ofConversations, ...anywhere],
  },
  notifications: {
    summary:
      'Unread counts and notices of new messages, of all conversations or of one. `chat_message` comes only as the answer to a message sent on this socket, and `message_edited`, `message_deleted` and `reaction` to a change.',
    query: '`notifications=all` or `notifications=NAME`',
    events: [
      'unread_count',
      'new_message_notification',
      'single_conversation_unread_count',
      'single_conversation_new_message_notification',
      'friend_requested',
      'friend_accepted',
      'chat_message',
      'message_edited',
      'message_deleted',
      'reaction',
      ...anywhere,
    ],
  },
};
