/** `@parley/client`: what a program that chats needs. */
export type { ErrorCode } from '../../../protocol/errors.ts';
export type { ServerEvent } from '../../../protocol/events.ts';
export type * from '../../../protocol/message.ts';
export type { Chat, ChatOptions } from './chat.ts';
export type { Clock } from './clock.ts';
export type { ConnectionState } from './connection.ts';
export type { Conversation } from './conversation.ts';
export { createChat } from './create-chat.ts';
export type { Environment } from './environment.ts';
export * from './errors.ts';
export type { HistoryFrom, HistoryPage } from './history.ts';
export type { Draft, Sending } from './outbox.ts';
export type { OutboxStore } from './outbox-store.ts';
export type { Presence } from './presence.ts';
export type { Receipt } from './receipts.ts';
export type { SocketConstructor, SocketLike } from './socket.ts';
export { expiryOf, type GetToken } from './tokens.ts';
export type { UploadOptions } from './uploads.ts';
