/** `@parley/client`: see its README. */
export type { Chat, ChatOptions } from './chat.ts';
export type { Clock } from './clock.ts';
export type { ConnectionState, SocketConstructor, SocketLike } from './connection.ts';
export type { Conversation } from './conversation.ts';
export { createChat } from './create-chat.ts';
export type { Environment } from './environment.ts';
export * from './errors.ts';
export type { HistoryFrom, HistoryPage } from './history.ts';
export type { MessageContent, OtherPages, OutboxItem, OutboxStore } from './outbox.ts';
export type { Presence } from './presence.ts';
export type * from './protocol.ts';
export type { Receipt } from './receipts.ts';
export { type GetToken, tokenExpiresAt } from './tokens.ts';
export type { UploadOptions } from './uploads.ts';
