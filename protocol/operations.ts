/**
 * Every operation of Parley, declared once. The stack's routes, the handlers and their types, OpenAPI and AsyncAPI, and the client's types all
 * follow from this table, so that none of them can forget one. Source: docs/protocol.md, sections 3 and 6.
 */
import type * as z from 'zod/mini';
import type { ErrorCode } from './errors.ts';
import { type FrameType, frameTasks } from './frames.ts';
import * as http from './http.ts';
import { ConversationView, Message, Profile } from './message.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Operation {
  /** What it does, in a few words: "unable to <task>; …". `{username}` and `{id}` stand for the path's parameters. */
  readonly task: string;
  /** One or two sentences for OpenAPI. */
  readonly summary: string;
  /** The frame that asks for the same on a socket. */
  readonly frame?: FrameType;
  /** Other types of that frame, from the replaced programs. */
  readonly frameAliases?: readonly string[];
  /** HTTP routes as API Gateway writes them. The first is the operation's own; the others are those of the replaced programs. */
  readonly routes?: readonly `${Method} /${string}`[];
  /** It is about the conversation that the path names as `{id}` or `{room}`, or the query as `conversation`. */
  readonly inConversation?: true;
  /** Parameters of the path besides the conversation. */
  readonly path?: Readonly<Record<string, z.ZodMiniType<unknown, string>>>;
  readonly query?: z.ZodMiniType;
  readonly body?: z.ZodMiniType;
  /** Without a body it means `{}`. */
  readonly bodyOptional?: true;
  /** Of the HTTP API. */
  readonly answer?: {
    readonly status: 200 | 201 | 204 | 302;
    readonly means: string;
    /** Several: one of them. None: there is no body. */
    readonly schemas?: readonly z.ZodMiniType[];
    /** It may also be 204 without a body: when. */
    readonly noContent?: string;
  };
  /** Besides `unauthenticated` and `internal`, which every operation may answer, and those of `inConversation`. */
  readonly errors?: readonly ErrorCode[];
}

/** What every operation in a conversation may answer: a bad name, or somebody else's conversation, or one that does not exist. */
export const conversationErrors: readonly ErrorCode[] = [
  'invalid_frame',
  'forbidden',
  'unknown_user',
  'unknown_conversation',
  'rate_limited',
];

const changed = {
  status: 200,
  means: 'The message as it now is, and the number of the change.',
  schemas: [http.ChangedMessage],
} as const;

export const operations = {
  getMe: {
    task: 'read your profile',
    summary: 'The user of the token. The first request creates the user.',
    routes: ['GET /me'],
    answer: { status: 200, means: 'The user.', schemas: [http.Me] },
  },
  updateMe: {
    task: 'change the profile',
    summary: 'Changes the name or the picture that others see, or both. The first request creates the user.',
    routes: ['PATCH /me'],
    body: http.MeBody,
    answer: { status: 200, means: 'The user as they now are.', schemas: [http.Me] },
    errors: ['invalid_frame', 'attachment_missing', 'attachment_rejected'],
  },
  createAvatarUpload: {
    task: 'prepare the upload',
    summary: 'Creates a form that uploads exactly this picture to S3. `PATCH /me` then uses it.',
    routes: ['POST /me/avatar'],
    body: http.AvatarBody,
    answer: { status: 201, means: 'The form. It works for 15 minutes.', schemas: [http.UploadForm] },
    errors: ['invalid_frame'],
  },
  listBlocks: {
    task: 'read the blocks',
    summary: 'The people whom the user has blocked, by user name.',
    routes: ['GET /me/blocks'],
    query: http.InboxQuery,
    answer: { status: 200, means: 'A page of people.', schemas: [http.PeoplePage] },
    errors: ['invalid_frame'],
  },
  blockUser: {
    task: 'block {username}',
    summary:
      'Blocks somebody: the server refuses what they do in the direct conversation, and a friendship ends. Repeating it changes nothing.',
    routes: ['PUT /me/blocks/{username}'],
    path: { username: http.path.username },
    answer: { status: 204, means: 'They are blocked.' },
    errors: ['invalid_frame', 'unknown_user', 'conflict'],
  },
  unblockUser: {
    task: 'unblock {username}',
    summary: 'Takes a block back. Repeating it changes nothing.',
    routes: ['DELETE /me/blocks/{username}'],
    path: { username: http.path.username },
    answer: { status: 204, means: 'They are not blocked.' },
    errors: ['invalid_frame'],
  },
  listFriends: {
    task: 'read the friends',
    summary: 'Friends by user name, or open requests that were received or sent, latest first.',
    routes: ['GET /me/friends'],
    query: http.FriendsQuery,
    answer: { status: 200, means: 'A page of people.', schemas: [http.PeoplePage] },
    errors: ['invalid_frame'],
  },
  addFriend: {
    task: 'ask {username}',
    summary: 'Asks somebody to be friends, or accepts their request. Repeating it changes nothing.',
    routes: ['PUT /me/friends/{username}'],
    path: { username: http.path.username },
    answer: { status: 200, means: 'Friends, or a request that waits for an answer.', schemas: [http.FriendAnswer] },
    errors: ['invalid_frame', 'unknown_user', 'forbidden', 'rate_limited', 'conflict'],
  },
  removeFriend: {
    task: 'part from {username}',
    summary: 'Ends a friendship, takes a request back, or refuses one. Repeating it changes nothing.',
    routes: ['DELETE /me/friends/{username}'],
    path: { username: http.path.username },
    answer: { status: 204, means: 'The user has neither friendship nor request with them.' },
    errors: ['invalid_frame', 'conflict'],
  },
  signOutEverywhere: {
    task: 'sign out',
    summary:
      'Signs the user out everywhere: tokens from before open no socket, and open sockets are closed. Repeating it changes nothing.',
    routes: ['DELETE /me/sessions'],
    answer: { status: 204, means: 'The user is signed out. Sockets close within moments.' },
  },
  getPushSettings: {
    task: 'read the push settings',
    summary: 'The push services of this server, and the key with which a page subscribes.',
    routes: ['GET /push'],
    answer: { status: 200, means: 'The key, or null, and whether FCM is used.', schemas: [http.PushAnswer] },
  },
  registerDevice: {
    task: 'register the device',
    summary:
      'Registers an app or a browser for pushes while the user is offline, for 60 days from now. The device then belongs to this user alone.',
    routes: ['PUT /devices/{token}'],
    path: { token: http.DeviceToken },
    body: http.DeviceBody,
    answer: { status: 204, means: 'It is registered.' },
    errors: ['invalid_frame'],
  },
  forgetDevice: {
    task: 'forget the device',
    summary:
      'Ends pushes to this device of the user. Repeating it changes nothing, and neither does an unknown device.',
    routes: ['DELETE /devices/{token}'],
    path: { token: http.DeviceToken },
    answer: { status: 204, means: 'It is forgotten.' },
    errors: ['invalid_frame'],
  },
  registerToken: {
    task: 'register the device',
    summary: 'Registers an app by its FCM token, which is in the body.',
    routes: ['POST /save-token'],
    body: http.TokenBody,
    answer: { status: 201, means: 'The token.', schemas: [http.TokenAnswer] },
    errors: ['invalid_frame'],
  },
  findUsers: {
    task: 'find people',
    summary:
      'People whose user name or shown name begins with `query`, ignoring case, in the order of the matching name. Without `query`: everybody but oneself, by user name.',
    routes: ['GET /users'],
    query: http.PeopleQuery,
    answer: { status: 200, means: 'A page of people; `count` is that of the page.', schemas: [http.PeoplePage] },
    errors: ['invalid_frame'],
  },
  getUser: {
    task: 'find the user',
    summary: 'Somebody as others see them.',
    routes: ['GET /users/{username}'],
    path: { username: http.path.username },
    answer: { status: 200, means: 'The user.', schemas: [Profile] },
    errors: ['invalid_frame', 'unknown_user'],
  },
  listConversations: {
    task: 'read the inbox',
    summary: 'The inbox: the user’s conversations that have messages and the rooms that they joined, latest first.',
    routes: ['GET /conversations'],
    query: http.InboxQuery,
    answer: { status: 200, means: 'A page of conversations.', schemas: [http.ConversationPage] },
    errors: ['invalid_frame'],
  },
  getConversation: {
    task: 'show the conversation',
    summary: 'One conversation, with every member’s cursor.',
    routes: ['GET /conversations/{id}', 'GET /conversation/{id}'],
    inConversation: true,
    answer: { status: 200, means: 'The conversation as its member sees it.', schemas: [ConversationView] },
  },
  createGroup: {
    task: 'make the group',
    summary: 'Creates a managed group that the user owns. The same `client_id` again gives the same group.',
    routes: ['POST /conversations'],
    body: http.CreateGroupBody,
    answer: { status: 201, means: 'The group.', schemas: [ConversationView] },
    errors: ['invalid_frame', 'unknown_user', 'forbidden'],
  },
  updateGroup: {
    task: 'change {id}',
    summary:
      'Changes the title of a managed group (its owner or an admin), or roles (its owner). An owner who makes somebody else owner becomes an admin.',
    routes: ['PATCH /conversations/{id}'],
    inConversation: true,
    body: http.UpdateGroupBody,
    answer: { status: 200, means: 'The group as it now is.', schemas: [ConversationView] },
    errors: ['not_found', 'conflict'],
  },
  addMember: {
    task: 'invite {username}',
    summary:
      'Makes somebody a member of a managed group; its owner and its admins can do that. With one’s own name: joins a room. Repeating it changes nothing.',
    routes: ['PUT /conversations/{id}/members/{username}'],
    inConversation: true,
    path: { username: http.path.username },
    answer: { status: 200, means: 'The group or room as it now is.', schemas: [ConversationView] },
    errors: ['conflict'],
  },
  removeMember: {
    task: 'remove {username}',
    summary:
      'With one’s own name: leaves a room or a managed group. Else: removes somebody from a managed group; its owner and its admins can do that.',
    routes: ['DELETE /conversations/{id}/members/{username}'],
    inConversation: true,
    path: { username: http.path.username },
    answer: { status: 204, means: 'They are no longer a member.' },
    errors: ['not_found', 'conflict'],
  },
  listMessages: {
    task: 'read the history',
    summary:
      'Messages, newest first; with `after`, oldest first. Give at most one of `before`, `after` and `around`; only `around` includes the message that it names. With `after` and `changes=true`: the log itself, messages and their changes. With `q`: the messages that have all its words, newest first; a page reads 500 entries at most, so it may be empty although `next` is not null.',
    routes: [
      'GET /conversations/{id}/messages',
      'GET /messages',
      'GET /chat/{room}/history',
      'GET /chat/{room}/messages',
    ],
    inConversation: true,
    query: http.HistoryQuery,
    answer: {
      status: 200,
      means: 'A page of messages; with `changes=true` a page of events, in the log’s order.',
      schemas: [http.MessagePage, http.ChangesPage],
    },
  },
  sendMessage: {
    task: frameTasks.create,
    summary: 'Sends a message: the `create` frame over HTTP, with the same idempotency and the same broadcast.',
    frame: 'create',
    frameAliases: ['chat_message'],
    routes: ['POST /conversations/{id}/messages', 'POST /chat/{room}/messages'],
    inConversation: true,
    body: http.CreateBody,
    answer: { status: 201, means: 'The message, also when this `client_id` was sent before.', schemas: [Message] },
    errors: ['too_large', 'not_found', 'attachment_missing', 'attachment_rejected', 'conflict'],
  },
  editMessage: {
    task: frameTasks.edit,
    summary: 'Gives a message of one’s own another text: the `edit` frame over HTTP.',
    frame: 'edit',
    routes: ['PATCH /conversations/{id}/messages/{seq}'],
    inConversation: true,
    path: { seq: http.path.seq },
    body: http.EditBody,
    answer: changed,
    errors: ['too_large', 'not_found', 'conflict'],
  },
  deleteMessage: {
    task: frameTasks.delete,
    summary:
      'Removes text and attachments from a message of one’s own; a group’s owner can do that with any message. The `delete` frame over HTTP. With `for=me` any message disappears for oneself alone.',
    frame: 'delete',
    routes: ['DELETE /conversations/{id}/messages/{seq}'],
    inConversation: true,
    path: { seq: http.path.seq },
    query: http.DeleteQuery,
    answer: { ...changed, noContent: 'With `for=me`: the message has disappeared for the user.' },
    errors: ['not_found', 'conflict'],
  },
  clearHistory: {
    task: frameTasks.clear,
    summary: 'Clears the history for oneself alone: the `clear` frame over HTTP. Without `up_to` all of it.',
    frame: 'clear',
    routes: ['DELETE /conversations/{id}/messages'],
    inConversation: true,
    query: http.ClearQuery,
    answer: { status: 200, means: 'How far it is cleared, and the unread count.', schemas: [http.ReadAnswer] },
  },
  addReaction: {
    task: frameTasks.react,
    summary: 'Adds an emoji to a message: the `react` frame over HTTP. Repeating it changes nothing.',
    frame: 'react',
    routes: ['PUT /conversations/{id}/messages/{seq}/reactions/{emoji}'],
    inConversation: true,
    path: { seq: http.path.seq, emoji: http.path.emoji },
    query: http.ReactionQuery,
    answer: changed,
    errors: ['not_found', 'conflict'],
  },
  removeReaction: {
    task: frameTasks.react,
    summary: 'Takes one’s own emoji back. Repeating it changes nothing.',
    routes: ['DELETE /conversations/{id}/messages/{seq}/reactions/{emoji}'],
    inConversation: true,
    path: { seq: http.path.seq, emoji: http.path.emoji },
    query: http.ReactionQuery,
    answer: changed,
    errors: ['not_found', 'conflict'],
  },
  markRead: {
    task: frameTasks.read_messages,
    summary: 'Moves the reader’s cursor: the `read_messages` frame over HTTP. Without a body everything is read.',
    frame: 'read_messages',
    routes: ['POST /conversations/{id}/read'],
    inConversation: true,
    body: http.ReadBody,
    bodyOptional: true,
    answer: { status: 200, means: 'The cursor, and the unread count.', schemas: [http.ReadAnswer] },
  },
  setTyping: {
    task: frameTasks.typing,
    summary: 'Shows the other members that somebody types, or has stopped.',
    frame: 'typing',
    inConversation: true,
  },
  ping: {
    task: frameTasks.ping,
    summary: 'Answered with `pong`.',
    frame: 'ping',
  },
  createUpload: {
    task: 'prepare the upload',
    summary:
      'Creates a form that uploads exactly this file, of this type and size, to S3. A picture or film may have `width` and `height`, both or neither: its readers get them with the attachment.',
    routes: ['POST /conversations/{id}/attachments', 'POST /filesmessage/{id}'],
    inConversation: true,
    body: http.AttachBody,
    answer: { status: 201, means: 'The form. It works for 15 minutes.', schemas: [http.UploadForm] },
  },
  getAttachment: {
    task: 'find the attachment',
    summary: 'The address of an attachment’s file.',
    routes: ['GET /conversations/{id}/attachments/{attachment}'],
    inConversation: true,
    path: { attachment: http.path.attachment },
    answer: { status: 302, means: '`Location` is a signed address that is valid for an hour.' },
    errors: ['not_found'],
  },
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationName = keyof typeof operations;
/** Those that have an HTTP route. */
export type HttpOperation = {
  [Name in OperationName]: (typeof operations)[Name] extends { readonly routes: unknown } ? Name : never;
}[OperationName];

/** The table with one type for all rows. */
const table: Readonly<Record<OperationName, Operation>> = operations;

export function operation(name: OperationName): Operation {
  return table[name];
}

const names = Object.keys(operations) as OperationName[];

/** HTTP route key, such as `GET /me` → the operation. */
export const httpRoutes: ReadonlyMap<string, HttpOperation> = new Map(
  names.flatMap((name) => (table[name].routes ?? []).map((route) => [route, name as HttpOperation] as const)),
);

/** WebSocket route keys besides `$connect`, `$disconnect` and `$default`. The route is chosen by `$request.body.type`. */
export const socketRoutes: readonly string[] = names.flatMap((name) => {
  const { frame, frameAliases = [] } = table[name];
  return frame === undefined ? [] : [frame, ...frameAliases];
});

/** Every code that an operation may answer. */
export function errorsOf(name: OperationName): readonly ErrorCode[] {
  const { inConversation, errors = [] } = table[name];
  return ['unauthenticated', 'internal', ...(inConversation ? conversationErrors : []), ...errors];
}
