/** The ids of a message's files, which follow from what was sent. */
import { createHash } from 'node:crypto';
import { type Conversation, readConversation } from '#protocol/names';
import type { Caller } from './require-membership.ts';

/** The ids that these attachments have in the message: those of uploads, and of forwarded files those of their copies. */
export function fileIds(to: Conversation, caller: Caller, ids: readonly string[], clientId: string): string[] {
  return [...new Set(ids)].map((id) => (id.includes('/') ? forwardOf(to, caller, id, clientId).id : id));
}

/** What a forwarded file is forwarded from, and its id in the message: the same for every retry of the send. */
export function forwardOf(to: Conversation, caller: Caller, path: string, clientId: string) {
  const [, place, source = ''] = /^([^/]+)\/([^/]+)$/.exec(path) ?? [];
  const from = place === undefined ? '' : readConversation(place, caller.username).id;
  const origin = JSON.stringify([to.id, caller.username, clientId, from, source]);
  return { from, source, id: createHash('sha256').update(origin).digest('base64url').slice(0, 26) };
}
