import type { TimedStore } from '../runtime/services.ts';
import type { User } from '../store/user.ts';

/** Notes that a conversation is active, for those of the users who have very many: see store/recent.ts. Nothing happens for all others. */
export async function noteActive(
  services: TimedStore,
  conversation: string,
  users: readonly Pick<User, 'username' | 'recentAt'>[],
): Promise<void> {
  const listed = users.filter(({ recentAt }) => recentAt !== undefined);
  // Loaded only then, because a cold start should load little.
  if (listed.length > 0) await (await import('../store/recent.ts')).putActive(services, conversation, listed);
}
