import { ChatError } from '#protocol/errors';
import type { Store } from '../runtime/services.ts';
import { getMemberships } from '../store/membership.ts';
import { directConversationWith } from './people.ts';

/** Those of the others between whom and this user a block stands, of either. */
export async function blockedAmong(services: Store, username: string, others: readonly string[]): Promise<string[]> {
  const directs = new Map(
    others
      .filter((other) => other !== username)
      .map((other) => [directConversationWith(username, other).id, other] as const),
  );
  const memberships = await getMemberships(
    services,
    [...directs.keys()].map((conversation) => ({ username, conversation })),
    { consistent: true },
  );
  return memberships
    .filter(({ blocks, blocked }) => blocks || blocked)
    .flatMap(({ conversation }) => directs.get(conversation) ?? []);
}

/** @throws ChatError `forbidden` when a block stands between this user and one of the others */
export async function assertNoBlock(services: Store, username: string, others: readonly string[]): Promise<void> {
  const blocked = await blockedAmong(services, username, others);
  if (blocked.length === 0) return;
  throw new ChatError('forbidden', `a block stands between you and ${blocked.join(', ')}: leave them out`);
}
