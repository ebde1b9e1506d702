/**
 * What each action of the HTTP API takes and answers. The routes that lead to it stand in protocol/routes.ts; the type here makes
 * an action without a row an error.
 */
import type * as z from 'zod/mini';
import type { ErrorCode } from '#protocol/errors';
import {
  AttachBody,
  AvatarBody,
  ChangedMessage,
  ChangesPage,
  ClearQuery,
  ConversationPage,
  CreateBody,
  DeleteQuery,
  DeviceBody,
  EditBody,
  FoundBody,
  FriendAnswer,
  FriendsQuery,
  HistoryQuery,
  InboxQuery,
  Me,
  MeBody,
  MessagePage,
  PeoplePage,
  PeopleQuery,
  PushAnswer,
  ReactionQuery,
  ReadAnswer,
  ReadBody,
  TokenAnswer,
  TokenBody,
  UpdateBody,
  UploadForm,
} from '#protocol/http';
import { ConversationView, Message, Profile } from '#protocol/message';
import type { HttpAction } from '#protocol/routes';

export interface Operation {
  readonly summary: string;
  readonly query?: z.ZodMiniType;
  readonly body?: { readonly schema: z.ZodMiniType; readonly required: boolean };
  readonly answer: {
    readonly status: 200 | 201 | 204 | 302;
    readonly means: string;
    /** Several: one of them. */
    readonly schemas?: readonly z.ZodMiniType[];
  };
  /** Besides `unauthenticated` and `internal`, which every action may answer. */
  readonly errors: readonly ErrorCode[];
}

/** Of every action that is about a conversation: a name that is none, somebody else's, of somebody or of a room that does not exist. */
const ofConversation = ['invalid_frame', 'forbidden', 'unknown_user', 'unknown_conversation', 'rate_limited'] as const;

export const operations: Readonly<Record<HttpAction, Operation>> = {
  me: {
    summary: 'Who the token speaks of. Makes the user on first sight.',
    answer: { status: 200, means: 'The user.', schemas: [Me] },
    errors: [],
  },
  profile: {
    summary: 'Changes the name or the picture that others are shown, or both. Makes the user on first sight.',
    body: { schema: MeBody, required: true },
    answer: { status: 200, means: 'The user as they now are.', schemas: [Me] },
    errors: ['invalid_frame', 'attachment_missing', 'attachment_rejected'],
  },
  avatar: {
    summary: 'Asks for a form with which exactly this picture can be uploaded to S3, to be used with `PATCH /me`.',
    body: { schema: AvatarBody, required: true },
    answer: { status: 201, means: 'The form; it can be used for 15 minutes.', schemas: [UploadForm] },
    errors: ['invalid_frame'],
  },
  blocks: {
    summary: 'Whom the user has blocked, by user name.',
    query: InboxQuery,
    answer: { status: 200, means: 'A page of people.', schemas: [PeoplePage] },
    errors: ['invalid_frame'],
  },
  block: {
    summary:
      'Blocks somebody: what they do in the direct conversation is refused, and a friendship is over. Again: the same.',
    answer: { status: 204, means: 'They are blocked.' },
    errors: ['invalid_frame', 'unknown_user', 'conflict'],
  },
  unblock: {
    summary: 'Takes a block back. Again, or without a block: the same.',
    answer: { status: 204, means: 'They are not blocked.' },
    errors: ['invalid_frame'],
  },
  friends: {
    summary: 'Friends by user name, or requests that were received or sent and wait for an answer, latest first.',
    query: FriendsQuery,
    answer: { status: 200, means: 'A page of people.', schemas: [PeoplePage] },
    errors: ['invalid_frame'],
  },
  befriend: {
    summary: 'Asks somebody to be friends, or accepts when they have asked. Again: the same.',
    answer: { status: 200, means: 'Friends, or a request that waits for an answer.', schemas: [FriendAnswer] },
    errors: ['invalid_frame', 'unknown_user', 'forbidden', 'rate_limited', 'conflict'],
  },
  unfriend: {
    summary: 'Ends a friendship, takes a request back, or refuses one. Again, or where there is nothing: the same.',
    answer: { status: 204, means: 'There is nothing between the two on the side of who did it.' },
    errors: ['invalid_frame', 'conflict'],
  },
  signOut: {
    summary:
      'Signs the user out everywhere: no token from before opens a socket any more, and open ones are closed. Again: the same.',
    answer: { status: 204, means: 'The user is signed out. Sockets are closed within moments.' },
    errors: [],
  },
  push: {
    summary: 'What this server pushes to while the user is away, and the key with which a page subscribes.',
    answer: { status: 200, means: 'The key, or null, and whether FCM is used.', schemas: [PushAnswer] },
    errors: [],
  },
  device: {
    summary:
      'Registers an app or a browser to be pushed to while the user is away, for 60 days; again: from now on. It is this user’s alone from then on, whoever had it before.',
    body: { schema: DeviceBody, required: true },
    answer: { status: 204, means: 'It is registered.' },
    errors: ['invalid_frame'],
  },
  forget: {
    summary: 'Nothing is pushed to this device of the user any more. Again, or of an unknown one: the same.',
    answer: { status: 204, means: 'It is forgotten.' },
    errors: ['invalid_frame'],
  },
  token: {
    summary: 'Registers an app by its FCM token, which stands in the body.',
    body: { schema: TokenBody, required: true },
    answer: { status: 201, means: 'The token.', schemas: [TokenAnswer] },
    errors: ['invalid_frame'],
  },
  users: {
    summary:
      'People whose user name or shown name begins with `query`, upper and lower case alike, in the order of what they were found by; without `query` everybody but oneself, by user name.',
    query: PeopleQuery,
    answer: { status: 200, means: 'A page of people; `count` is that of the page.', schemas: [PeoplePage] },
    errors: ['invalid_frame'],
  },
  user: {
    summary: 'Somebody as others see them.',
    answer: { status: 200, means: 'The user.', schemas: [Profile] },
    errors: ['invalid_frame', 'unknown_user'],
  },
  conversations: {
    summary: 'The inbox: the user’s conversations in which something was said and the rooms they joined, latest first.',
    query: InboxQuery,
    answer: { status: 200, means: 'A page of conversations.', schemas: [ConversationPage] },
    errors: ['invalid_frame'],
  },
  conversation: {
    summary: 'One conversation, with every member’s cursor.',
    answer: { status: 200, means: 'The conversation as its member sees it.', schemas: [ConversationView] },
    errors: ofConversation,
  },
  found: {
    summary: 'Makes a managed group, which the user owns. Again with the same `client_id`: the same group.',
    body: { schema: FoundBody, required: true },
    answer: { status: 201, means: 'The group.', schemas: [ConversationView] },
    errors: ['invalid_frame', 'unknown_user', 'forbidden'],
  },
  update: {
    summary:
      'Another title of a managed group, by its owner or an admin; other roles, by its owner. Who makes somebody else owner is admin from then on.',
    body: { schema: UpdateBody, required: true },
    answer: { status: 200, means: 'The group as it now is.', schemas: [ConversationView] },
    errors: [...ofConversation, 'not_found', 'conflict'],
  },
  invite: {
    summary:
      'Makes somebody a member of a managed group, by its owner or an admin. Oneself: joins a room. Again: nothing changes.',
    answer: { status: 200, means: 'The group or room as it now is.', schemas: [ConversationView] },
    errors: [...ofConversation, 'conflict'],
  },
  dismiss: {
    summary:
      'Oneself: leaves a room or a managed group. Somebody else: removes them from a managed group, by its owner or an admin.',
    answer: { status: 204, means: 'They are no member any more.' },
    errors: [...ofConversation, 'not_found', 'conflict'],
  },
  history: {
    summary:
      'Messages, newest first; with `after`, oldest first. At most one of `before`, `after` and `around`; neither includes the number that it names, except `around`. With `after` and `changes=true` the log itself: messages and what became of them. With `q` the messages that have all its words, newest first: a page reads 500 entries at most, so it may have none although `next` is not null.',
    query: HistoryQuery,
    answer: {
      status: 200,
      means: 'A page of messages; with `changes=true` a page of events, in the log’s order.',
      schemas: [MessagePage, ChangesPage],
    },
    errors: ofConversation,
  },
  edit: {
    summary: 'Gives a message of one’s own another text: the `edit` frame over HTTP.',
    body: { schema: EditBody, required: true },
    answer: {
      status: 200,
      means: 'The message as it now is, and the number of the change.',
      schemas: [ChangedMessage],
    },
    errors: [...ofConversation, 'too_large', 'not_found', 'conflict'],
  },
  delete: {
    summary:
      'Takes text and attachments from a message of one’s own, or, for a group’s owner, from anybody’s: the `delete` frame over HTTP. With `for=me` any message disappears for oneself alone, and the answer is 204 without a body.',
    query: DeleteQuery,
    answer: {
      status: 200,
      means: 'The message as it now is, and the number of the change.',
      schemas: [ChangedMessage],
    },
    errors: [...ofConversation, 'not_found', 'conflict'],
  },
  clear: {
    summary: 'Clears the history for oneself alone: the `clear` frame over HTTP. Without `up_to` all of it.',
    query: ClearQuery,
    answer: { status: 200, means: 'Up to where, and what is still unread.', schemas: [ReadAnswer] },
    errors: ofConversation,
  },
  react: {
    summary: 'Puts an emoji on a message: the `react` frame over HTTP. Again: the same.',
    query: ReactionQuery,
    answer: {
      status: 200,
      means: 'The message as it now is, and the number of the change.',
      schemas: [ChangedMessage],
    },
    errors: [...ofConversation, 'not_found', 'conflict'],
  },
  unreact: {
    summary: 'Takes one’s own emoji back. Again: the same.',
    query: ReactionQuery,
    answer: {
      status: 200,
      means: 'The message as it now is, and the number of the change.',
      schemas: [ChangedMessage],
    },
    errors: [...ofConversation, 'not_found', 'conflict'],
  },
  create: {
    summary: 'Sends a message: the `create` frame over HTTP, with the same idempotency and the same broadcast.',
    body: { schema: CreateBody, required: true },
    answer: { status: 201, means: 'The message, also when this `client_id` was sent before.', schemas: [Message] },
    errors: [...ofConversation, 'too_large', 'not_found', 'attachment_missing', 'attachment_rejected', 'conflict'],
  },
  read: {
    summary: 'Moves the reader’s cursor: the `read_messages` frame over HTTP. Without a body all is read.',
    body: { schema: ReadBody, required: false },
    answer: { status: 200, means: 'The cursor, and what is still unread.', schemas: [ReadAnswer] },
    errors: ofConversation,
  },
  attach: {
    summary:
      'Asks for a form with which exactly this file, of this type and size, can be uploaded to S3. Of a picture or film `width` and `height` can be said, both or neither: its readers get them with the attachment.',
    body: { schema: AttachBody, required: true },
    answer: { status: 201, means: 'The form; it can be used for 15 minutes.', schemas: [UploadForm] },
    errors: ofConversation,
  },
  attachment: {
    summary: 'The way to an attachment’s file.',
    answer: { status: 302, means: '`Location` is a signed address that holds for an hour.' },
    errors: [...ofConversation, 'not_found'],
  },
};
