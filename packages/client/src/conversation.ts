import type { ParleyError } from './errors.ts';
import type { HistoryFrom, HistoryPage } from './history.ts';
import type { Answer, MessageContent, OutboxItem } from './outbox.ts';
import type { ConversationView, Message, ServerEvent } from './protocol.ts';
import type { Receipt } from './receipts.ts';
import type { TypingSender } from './typing.ts';
import type { UploadOptions } from './uploads.ts';

/** An open conversation. The client keeps its messages complete until it is closed. */
export interface Conversation {
  /** `alice_bob`, `room:lobby`, `group:…` */
  readonly id: string;
  /**
   * Kind, title and members, as they were loaded last: when it was opened, with each connection, and after a change of the members. Of a large
   * room or group it has no other members; then `online` is how many are online, and stays current.
   */
  readonly view: ConversationView;
  /**
   * By `seq`, oldest first, each message once. A new array after each change, and the same one otherwise. Starts with the newest 50 entries. When
   * more than 1,000 have come, the client forgets all but the newest 500; `loadOlder` loads them again. After `loadOlder` there may be 500 more than
   * there were then.
   */
  readonly messages: readonly Message[];
  /** Requests that the server has not acknowledged, in order. Show the new messages among them after `messages`. */
  readonly pending: readonly OutboxItem[];
  /** Why no more messages will come: the user left or was removed. undefined while the user is a member. */
  readonly ended: ParleyError | undefined;
  /** Loads `view` again, with the members and how far they have read, for example after people have joined a room. If it fails, the next connection does it. */
  reload(): Promise<void>;
  /** Are there messages before the first one of `messages`? */
  readonly hasOlder: boolean;
  /** Adds up to 50 older messages to `messages`. @returns whether there are more. @throws ParleyError */
  loadOlder(): Promise<boolean>;
  /**
   * Reads pages of messages, without adding them to `messages`. It throws a `ParleyError` when a page cannot be loaded.
   * @example for await (const { messages } of conversation.history({ before: 100 })) show(messages)
   */
  history(start?: HistoryFrom): AsyncGenerator<HistoryPage, void, undefined>;
  /**
   * Sends a message, and repeats it until the server answers. You need not wait for the promise: `pending` and `messages` show the message.
   * @returns the stored message
   * @throws ParleyError when the server refuses it for good, such as `TooLarge` or `Forbidden`; `Internal` when the chat is closed
   * @example conversation.send('Hello'); conversation.send({ message: 'Look', attachments: [await conversation.upload(file)] })
   */
  send(content: string | MessageContent): Promise<Message>;
  /** Changes the text of a message of the user. Repeats and throws as `send` does. @returns the changed message */
  edit(seq: number, message: string): Promise<Message>;
  /** Deletes a message of the user for everybody. Repeats and throws as `send` does. @returns the message without its text */
  delete(seq: number): Promise<Message>;
  /** Adds an emoji to a message; with `remove`, takes the user's own back. Repeats and throws as `send` does. @returns the changed message */
  react(seq: number, emoji: string, options?: { readonly remove?: boolean }): Promise<Message>;
  /** Hides a message from this user alone. @throws ParleyError */
  deleteForMe(seq: number): Promise<void>;
  /** Hides all messages, or all up to a `seq`, from this user alone. @throws ParleyError */
  clearHistory(upTo?: number): Promise<void>;
  /** Leaves a room or a group, and closes the conversation. @throws ParleyError, such as `Conflict` for an owner who must first give the group to another member */
  leave(): Promise<void>;
  /** The user has read up to this `seq`; default: everything. Many calls become one request. */
  read(upTo?: number): void;
  /** The last `seq` that the user has read, on any device. */
  readonly readUpTo: number;
  /** How far a message came: to one member, or, without a name, the lowest receipt of all other members. */
  receipt(message: Message, username?: string): Receipt;
  readonly typing: TypingSender & {
    /** Names of the other users who are typing, in the order in which they began; a new array after each change. */
    readonly users: readonly string[];
  };
  /** Uploads a file. @returns the id for `attachments` of `send`. @throws ParleyError, the signal's reason */
  upload(file: Blob, options?: UploadOptions): Promise<string>;
  /** Calls `listener` after each change of anything here. @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void;
  /** Stops following the conversation, for all who have opened it. Pending requests are still sent. */
  close(): void;
}

/** What the chat needs in addition. */
export interface OpenConversation extends Conversation {
  readonly completeUpTo: number;
  apply(event: ServerEvent & { conversation: string }): void;
  /** Fetches missing entries. @returns whether any were missing */
  catchUp(): Promise<boolean>;
  onStored(item: OutboxItem, answer: Answer): void;
  notify(): void;
}
