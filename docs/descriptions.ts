/** Short texts for AsyncAPI and OpenAPI. docs/protocol.md has the full explanations. */
import { type ErrorCode, errorStatus } from '#protocol/errors';
import type { EventType } from '#protocol/events';
import type { FrameType } from '#protocol/frames';
import type { Scope } from '#protocol/scope';

interface Described {
  readonly summary: string;
  /** The schema must accept it. */
  readonly example: Readonly<Record<string, unknown>>;
}

export const frameTexts: Readonly<Record<FrameType, Described>> = {
  create: {
    summary:
      'Sends a message. The server stores it, then posts `chat_message` to the connections of all members. Your own copy carries the `client_id` and is the acknowledgement. The same `client_id` again stores nothing twice. With `after`, the message gets a later number than the one with that `client_id`. `chat_message` is another name of this frame.',
    example: { type: 'create', conversation: 'alice_bob', message: 'Hello', client_id: '5d9f2c' },
  },
  edit: {
    summary:
      'Gives one of your messages a new text. `seq` names the message, or `uiid` with its id. All members get `message_edited`. `edit_message` is another name of `message`.',
    example: { type: 'edit', conversation: 'alice_bob', seq: 42, message: 'Hello, Bob' },
  },
  delete: {
    summary:
      'Removes text and attachments from one of your messages. The owner of a group or room, and moderators of a room, can do that with any message. `seq` names the message, or `uiid` with its id. Its place in the log stays. All members get `message_deleted`. With `for: "me"` any message disappears for you alone, and your connections get `message_hidden`.',
    example: { type: 'delete', conversation: 'alice_bob', uiid: '01KAGM8S1B9XJ3Q0V70000001A' },
  },
  clear: {
    summary:
      'Clears the history up to this `seq` for you alone. Without `up_to`: all of it. The other members keep it. Your connections get `history_cleared`.',
    example: { type: 'clear', conversation: 'alice_bob', up_to: 42 },
  },
  react: {
    summary:
      'Adds one emoji to a message of any author. With `remove`: takes your own emoji back. All members get `reaction`.',
    example: { type: 'react', conversation: 'alice_bob', seq: 42, emoji: '👍' },
  },
  typing: {
    summary: 'Shows the other members who are connected that you are typing, or have stopped. Nothing is stored.',
    example: { type: 'typing', conversation: 'alice_bob', typing: true },
  },
  read_messages: {
    summary:
      'Says that you have read everything up to this `seq`. Without `up_to`: everything. The cursor moves forward only. Members get `messages_read`, and your own connections get fresh unread counts.',
    example: { type: 'read_messages', conversation: 'alice_bob', up_to: 42 },
  },
  renew_token: {
    summary:
      'Gives the open connection a new token of the same account, shortly before the one expires that it was opened with. The server answers with `token_renewed`.',
    example: { type: 'renew_token', token: 'eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiJhbGljZSJ9.c2ln' },
  },
  ping: {
    summary:
      'The server answers with `pong`, or not at all if the ping is `quiet`. Each frame restarts API Gateway’s idle limit of ten minutes.',
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
      'A message. Its author gets it after the other members, with `client_id` and `delivered_to`: the members to whom it has been delivered so far.',
    example: { type: 'chat_message', ...message, room: 'alice_bob', client_id: '5d9f2c', delivered_to: ['bob'] },
  },
  message_edited: {
    summary:
      'A message has a new text. The event has the Message as it is now. `change` is the number of the log entry for this change.',
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
      'A message was deleted. The event has the Message as it is now, without text and attachments. `change` is the number of the log entry for this change.',
    example: { type: 'message_deleted', ...message, message: '', deleted: true, room: 'alice_bob', change: 44 },
  },
  messages_erased: {
    summary:
      'Every message of `user` up to `up_to` is deleted, because they have deleted their account. Treat each as after `message_deleted`.',
    example: { type: 'messages_erased', conversation: 'alice_bob', user: 'alice', up_to: 42, change: 43 },
  },
  message_hidden: {
    summary: 'You deleted this message for yourself. Only your own connections get this event.',
    example: { type: 'message_hidden', conversation: 'alice_bob', seq: 42 },
  },
  history_cleared: {
    summary: 'You cleared the history up to this `seq` for yourself. Only your own connections get this event.',
    example: { type: 'history_cleared', conversation: 'alice_bob', up_to: 42 },
  },
  conversation_muted: {
    summary: 'On another of your devices you have muted the conversation, or ended that. Sent to your own connections.',
    example: { type: 'conversation_muted', conversation: 'alice_bob_carol', muted: true },
  },
  conversation_settings: {
    summary:
      'You have changed your settings of the conversation, on this device or another one. The event has all of them as they are now. Sent to your own connections.',
    example: {
      type: 'conversation_settings',
      conversation: 'alice_bob_carol',
      settings: {
        muted_until: '2026-11-20T17:00:00.000Z',
        notify: 'all',
        archived: false,
        archived_seq: null,
        pinned: true,
        unread_from: null,
        marked_seq: null,
        quiet: true,
      },
      muted: true,
      unread_count: 3,
    },
  },
  reaction: {
    summary:
      'A member added an emoji to message `seq`, or took it back. `change` is the number of the log entry for this change.',
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
    summary: 'A member is typing, or has stopped.',
    example: { type: 'typing', conversation: 'alice_bob', user: 'alice', typing: true },
  },
  user_join: {
    summary:
      'A member opened their first `conversation` connection to this conversation. A new `conversation` connection also gets the `user_join` of its own user.',
    example: { type: 'user_join', conversation: 'alice_bob', user: 'bob' },
  },
  user_leave: {
    summary: 'A member’s last `conversation` connection to this conversation has ended.',
    example: { type: 'user_leave', conversation: 'alice_bob', user: 'bob' },
  },
  presence: {
    summary: 'The first `user` connection of a direct contact was opened, or the last one has ended.',
    example: { type: 'presence', user: 'bob', online: false, last_seen: '2026-11-20T09:41:00.000Z' },
  },
  friend_requested: {
    summary:
      'A user asks to be friends. `person` is the other one of the two, as you see them. If `by` is you, you have asked yourself, perhaps on another device.',
    example: { type: 'friend_requested', by: 'alice', person: profile },
  },
  friend_accepted: {
    summary: 'Two users are friends now: `by` has accepted. `person` is the other one of the two, as you see them.',
    example: { type: 'friend_accepted', by: 'alice', person: profile },
  },
  friend_removed: {
    summary:
      'A friendship has ended, or a request was taken back. If a request was refused, only the user who refused it gets this event.',
    example: { type: 'friend_removed', user: 'alice' },
  },
  user_blocked: {
    summary:
      'You have blocked `person`, on this device or another one. Only your own connections get this event: the other user learns nothing of it.',
    example: { type: 'user_blocked', person: profile },
  },
  user_unblocked: {
    summary:
      'You have ended your block of `user`, on this device or another one. Only your own connections get this event.',
    example: { type: 'user_unblocked', user: 'alice' },
  },
  profile_changed: {
    summary:
      'You have changed your name, your picture, or whether others see that you are online, on this device or another one. `profile` is as in `GET /me`. Only your own connections get this event.',
    example: { type: 'profile_changed', profile: { username: 'bob', name: 'Bob', avatar: null } },
  },
  invited: {
    summary:
      'You are invited to a managed group, as in `GET /me/invitations`. You are a member once you accept, with `PUT /me/invitations/{id}`.',
    example: {
      type: 'invited',
      conversation: group,
      title: 'Trip',
      by: 'alice',
      person: profile,
      invited_at: '2026-11-20T09:40:05.123Z',
    },
  },
  invitation_ended: {
    summary:
      'An invitation waits no longer: you have accepted or declined it, perhaps on another device, or it was taken back.',
    example: { type: 'invitation_ended', conversation: group },
  },
  online_user_list: {
    summary:
      'First event on a `conversation` connection: the members who have an open connection that receives this conversation. In a large room or group `users` is empty, and `online` is how many there are.',
    example: { type: 'online_user_list', conversation: 'alice_bob', users: ['bob'] },
  },
  presence_count: {
    summary:
      'So many members of a large room or group are online. It comes when the number has changed, at most once in ten seconds, instead of `user_join` and `user_leave`.',
    example: { type: 'presence_count', conversation: 'room:town', online: 1024 },
  },
  last_50_messages: {
    summary:
      'The newest messages, newest first: as many of 50 as fit one frame. `has_more` says whether there are older ones.',
    example: { type: 'last_50_messages', conversation: 'alice_bob', messages: [message], has_more: false },
  },
  messages_read: {
    summary: 'A member has read everything up to this `seq`.',
    example: { type: 'messages_read', conversation: 'alice_bob', user: 'bob', up_to: 42 },
  },
  message_delivered: {
    summary:
      'For the author: this message has been delivered to a connection of these users. So have the author’s earlier messages in the conversation.',
    example: { type: 'message_delivered', conversation: 'alice_bob', seq: 42, to: ['bob'] },
  },
  unread_count: {
    summary: 'The number of your unread messages in all conversations.',
    example: { type: 'unread_count', unread_count: 3 },
  },
  new_message_notification: {
    summary:
      'A message arrived in any conversation. `unread_count` counts all conversations, with this message. `mentioned` is there only if the message mentions you.',
    example: { type: 'new_message_notification', conversation: 'alice_bob', unread_count: 3, name: 'Alice', message },
  },
  single_conversation_unread_count: {
    summary: 'The number of unread messages in the conversation that the connection watches.',
    example: { type: 'single_conversation_unread_count', conversation: 'alice_bob', unread_count: 1 },
  },
  single_conversation_new_message_notification: {
    summary: 'A message arrived in the conversation that the connection watches.',
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
      'First event on a `user` connection: the inbox, latest first, as many of 50 conversations as fit one frame. `next` is the HTTP address of the rest.',
    example: { type: 'conversations', count: 1, next: null, previous: null, results: [view] },
  },
  conversation_updated: {
    summary:
      'A managed group or room changed: its title, picture, description, members or their roles; or a message was pinned. All members get this event. A member who left or was removed gets it as the last event of the group. `message` is the system entry as the history shows it.',
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
  token_renewed: {
    summary: 'The connection now has the new token of `renew_token`, and goes on until `expires`.',
    example: { type: 'token_renewed', expires: '2026-11-20T13:59:00.000Z' },
  },
  pong: { summary: 'The answer to `ping`.', example: { type: 'pong' } },
  error: {
    summary:
      'A frame was refused. The connection stays open, except after `token_expired` and `unauthenticated`, after too many frames (`rate_limited`), and when the user has opened too many connections (`conflict`).',
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
      'The token names no user of at most 64 characters that are not all dots. Or its user has signed out everywhere since it was issued, or has deleted the account. On a connection the server closes the connection after the error.',
    remedy: 'Sign in again, or with an account whose name fits.',
  },
  token_expired: {
    cause: 'The token of this connection has expired. The server closes the connection after the error.',
    remedy: 'Fetch a new token and connect again.',
  },
  forbidden: {
    cause:
      'You are not a member of the conversation. Or you are not the author of the message that you want to change. Or your role in the group does not allow it. Or the other user of a direct conversation has blocked you. Or the server requires friendship first, and you are not friends. On any operation: the user name of your token belongs to another account.',
    remedy:
      'Use a conversation whose name includes you, join the room by connecting or posting, or ask the owner or an admin of the group to invite you. Change only your own messages. Do not repeat what a block refuses. Where friendship comes first, ask with `PUT /me/friends/{username}`. For another role, ask the owner of the group.',
  },
  unknown_conversation: {
    cause: 'There is no room or group with this name, or nothing was ever written in it.',
    remedy: 'Check the name. A room is created when the first user connects to it or posts in it.',
  },
  unknown_user: {
    cause: 'The conversation or the path names a user who has never signed up.',
    remedy: 'Check the spelling, or let them sign up first.',
  },
  not_found: {
    cause:
      'The message, attachment or member that you name does not exist in this conversation, or does not exist any more. The message may be the one that you reply to, or the one that you want to change.',
    remedy: 'Fetch the history again and use what is there.',
  },
  invalid_frame: {
    cause:
      'The frame, body or query does not have the documented shape. The sentence names the field and says what would be right.',
    remedy: 'Correct it. The same again fails the same way.',
  },
  too_large: {
    cause: 'The text is longer than a message may be.',
    remedy: 'Shorten it, split it, or send it as a file.',
  },
  rate_limited: {
    cause:
      'You sent too many messages to this conversation in too short a time. Or you did something else too often: [every limit of this kind](security.md#limits-of-one-user) is of one user, on all devices together. Or too many of your friend requests wait for an answer. Or you shared too many bytes of files on one day. After too many frames the server closes the connection.',
    remedy:
      'Send the same again, with the same `client_id`, after `retry_after` seconds. Without `retry_after`, take a friend request back first. Do not open another connection before `retry_after` seconds are over.',
  },
  conflict: {
    cause:
      'The message’s place in the log was taken several times while the server wrote it. Or the message has as many different emoji as it can have. Or the `client_id` already belongs to another send in this conversation, or to another group. Or roles or a friendship changed at the same time. Or the group would have no owner. Or `after` names a message that has not come. Or you opened more connections than you may have: the server closes the oldest one after the error.',
    remedy:
      'Send the same again, with the same `client_id`. For a reaction, use an emoji that the message has already. If the `client_id` is taken, choose a new one. For roles, fetch the group again, or hand it over first. If the message before has not come, send that one first. After this error on a connection that then closes, wait for the user before you connect again.',
  },
  attachment_missing: {
    cause:
      'You asked for no such upload in this conversation, or for your picture. Or nothing was uploaded with its form yet.',
    remedy: 'POST the file with its form, then send again.',
  },
  attachment_rejected: {
    cause: 'The uploaded file has another size or type than its form announced, or another message uses it already.',
    remedy: 'Ask for a new form with the right size and type, and upload with it.',
  },
  internal: {
    cause: 'Something went wrong on the server. Its log has the details.',
    remedy: 'Send the same again, with the same `client_id`, after a moment.',
  },
};

/** The closed list of error codes for both files: status over HTTP, cause, remedy. */
export const errorCodeTable = () =>
  Object.fromEntries(
    Object.entries(errorTexts).map(([code, text]) => [code, { status: errorStatus[code as ErrorCode], ...text }]),
  );

type Channel = { readonly summary: string; readonly query: string; readonly events: readonly EventType[] };

const anywhere = ['token_renewed', 'pong', 'error'] as const;
const ofConversations = [
  'chat_message',
  'message_edited',
  'message_deleted',
  'messages_erased',
  'message_hidden',
  'history_cleared',
  'conversation_muted',
  'conversation_settings',
  'reaction',
  'conversation_updated',
  'typing',
  'user_join',
  'user_leave',
  'presence_count',
  'messages_read',
  'message_delivered',
] as const;

const ofPeople = [
  'friend_requested',
  'friend_accepted',
  'friend_removed',
  'user_blocked',
  'user_unblocked',
  'profile_changed',
  'invited',
  'invitation_ended',
] as const;

/** What a connection of each scope receives. Every connection accepts all frames. */
export const channelTexts: Readonly<Record<Scope['kind'], Channel>> = {
  user: {
    summary: 'Everything, for all conversations of the user. Frames must name their conversation.',
    query: 'neither `conversation` nor `notifications`',
    events: ['conversations', 'unread_count', 'presence', ...ofPeople, ...ofConversations, ...anywhere],
  },
  conversation: {
    summary: 'The events of one conversation. Frames may leave `conversation` out.',
    query: '`conversation=NAME`',
    events: ['online_user_list', 'last_50_messages', ...ofConversations, ...anywhere],
  },
  notifications: {
    summary:
      'Unread counts and notifications of new messages, for all conversations or for one. `chat_message` comes only as the answer to a message that was sent on this connection. `message_edited`, `message_deleted` and `reaction` come only as the answer to a change.',
    query: '`notifications=all` or `notifications=NAME`',
    events: [
      'unread_count',
      'new_message_notification',
      'single_conversation_unread_count',
      'single_conversation_new_message_notification',
      'friend_requested',
      'friend_accepted',
      'invited',
      'chat_message',
      'message_edited',
      'message_deleted',
      'reaction',
      ...anywhere,
    ],
  },
};
