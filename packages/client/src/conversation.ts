import type { ServerEvent } from '../../../protocol/events.ts';
import type { ConversationView, Message } from '../../../protocol/message.ts';
import type { ParleyError } from './errors.ts';
import type { HistoryFrom, HistoryPage } from './history.ts';
import type { Answer, Draft, Sending } from './outbox.ts';
import type { Receipt } from './receipts.ts';
import type { Typing } from './typing.ts';
import type { UploadOptions } from './uploads.ts';

/** One conversation that is open: its messages are kept complete as long as it is. */
export interface Conversation {
  readonly id: string;
  /** Kind, title and members as they were loaded last. */
  readonly view: ConversationView;
  /** By `seq`, oldest first, each once; another array whenever something in it changed. */
  readonly messages: readonly Message[];
  /** What was sent and is not acknowledged yet, in order: to be shown behind the messages. */
  readonly pending: readonly Sending[];
  /** Why nothing more will come: one was removed, or left. */
  readonly ended: ParleyError | undefined;
  /** Are there messages before the first of `messages`? */
  readonly hasOlder: boolean;
  /** Adds up to 50 older messages to `messages`. @returns whether there are still older ones. @throws ParleyError */
  loadOlder(): Promise<boolean>;
  /**
   * Pages of the log itself, without adding them to `messages`.
   * @example for await (const { messages } of conversation.history({ before: 100 })) show(messages)
   */
  history(where?: HistoryFrom): AsyncGenerator<HistoryPage, void, undefined>;
  /**
   * Sends, however often it takes.
   * @returns the message as it was stored; nobody has to wait for it, `pending` and `messages` show it
   * @throws ParleyError when it will never be accepted
   * @example conversation.send('Hello'); conversation.send({ message: 'Look', attachments: [await conversation.upload(file)] })
   */
  send(what: string | Draft): Promise<Message>;
  /** Another text for a message of one's own. */
  edit(seq: number, message: string): Promise<Message>;
  /** Takes a message of one's own from everybody. */
  delete(seq: number): Promise<Message>;
  /** Adds an emoji, or with `remove` takes one's own back. */
  react(seq: number, emoji: string, options?: { readonly remove?: boolean }): Promise<Message>;
  /** Hides a message from oneself alone. @throws ParleyError */
  hide(seq: number): Promise<void>;
  /** Hides all that there is, or all up to a `seq`, from oneself alone. @throws ParleyError */
  clear(upTo?: number): Promise<void>;
  /** Leaves a room or a group. @throws ParleyError, such as `Conflict` for an owner who has not handed it over */
  leave(): Promise<void>;
  /** One has read up to there; by default all that is shown. */
  read(upTo?: number): void;
  /** How far one has read, on this or another device. */
  readonly readUpTo: number;
  /** What became of a message for a member, or, without a name, for all others. */
  receipt(message: Message, username?: string): Receipt;
  readonly typing: Pick<Typing, 'users' | 'type' | 'stop'>;
  /** Uploads a file. @returns the id to send it with. @throws ParleyError, or the signal's reason */
  upload(file: Blob, options?: UploadOptions): Promise<string>;
  /** Told after each change of anything here. @returns what ends it */
  listen(listener: () => void): () => void;
  /** Follows it no longer; what is pending is sent all the same. */
  close(): void;
}

/** What the chat needs of it besides. */
export interface OpenConversation extends Conversation {
  readonly complete: number;
  handle(event: ServerEvent & { conversation: string }): void;
  /** Fetches what is missing. @returns whether something was */
  catchUp(): Promise<boolean>;
  /** Loads members and what they have read. */
  reload(): Promise<void>;
  stored(sending: Sending, answer: Answer): void;
  changed(): void;
}
