/**
 * Where a block stands between two people, neither begins a conversation with the other, or draws the other into one. What they had begun
 * before goes on for everybody in it: either of the two can leave it.
 */
import { ChatError } from '#protocol/errors';
import type { Store } from '../runtime/services.ts';
import { getMemberships, type Membership } from '../store/membership.ts';
import { directConversationWith } from './people.ts';

/** A block as one of the two sees it. */
export interface Block {
  readonly username: string;
  readonly other: string;
  /** `username` has blocked `other`. If not, `other` has blocked `username`; both may be. */
  readonly blocks: boolean;
}

/**
 * The blocks between a user and others, whoever of the two has blocked. The memberships of their direct conversations have them.
 * @param options.consistent one read unit for each of the others instead of half of one; by default it is
 */
export async function blocksBetween(
  services: Store,
  username: string,
  others: readonly string[],
  { consistent = true }: { consistent?: boolean } = {},
): Promise<Block[]> {
  return blocksAmong(
    services,
    others.map((other) => [username, other]),
    consistent,
  );
}

async function blocksAmong(
  services: Store,
  pairs: readonly (readonly [username: string, other: string])[],
  consistent: boolean,
): Promise<Block[]> {
  const keys = pairs
    .filter(([username, other]) => username !== other)
    .map(([username, other]) => ({ username, other, conversation: directConversationWith(username, other).id }));
  const memberships = await getMemberships(services, keys, { consistent });
  return memberships.filter(isBlock).flatMap(({ username, conversation, blocks }) => {
    const pair = keys.find((key) => key.username === username && key.conversation === conversation);
    return pair ? [{ username, other: pair.other, blocks }] : [];
  });
}

function isBlock({ blocks, blocked }: Membership): boolean {
  return blocks || blocked;
}

/** @param task see `ChatError` @throws ChatError `forbidden` when a block stands between the user and one of the others */
export async function assertNoBlock(
  services: Store,
  username: string,
  others: readonly string[],
  task?: string,
): Promise<void> {
  const [first] = await blocksBetween(services, username, others);
  if (first) throw refusal(first, username, task);
}

/**
 * The same for everybody who shall be in the conversation: else somebody else could bring two together who do not want each other.
 * @param username the user who asks
 */
export async function assertNoBlockAmong(
  services: Store,
  username: string,
  everybody: readonly string[],
  task?: string,
): Promise<void> {
  // The pairs of the user who asks come first, because they are the ones that the error can name.
  const names = [username, ...everybody.filter((name) => name !== username)];
  const pairs = names.flatMap((name, index) => names.slice(index + 1).map((other) => [name, other] as const));
  const blocks = await blocksAmong(services, pairs, true);
  const first = blocks.find((block) => block.username === username) ?? blocks[0];
  if (first) throw refusal(first, username, task);
}

function refusal({ username, other, blocks }: Block, caller: string, task: string | undefined): ChatError {
  if (username !== caller) return new ChatError('forbidden', 'not all of these people accept each other', { task });
  return blocks
    ? new ChatError('forbidden', `you have blocked ${other}: unblock them first, with DELETE /me/blocks/${other}`, {
        task,
      })
    : new ChatError('forbidden', `${other} accepts nothing from you`, { task });
}
