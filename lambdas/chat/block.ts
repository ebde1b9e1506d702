/**
 * Blocking: noted on both memberships of the direct conversation, which is made for it where the two have never spoken. The other's
 * is read before anything of theirs is accepted, so that a block costs nothing when people speak.
 */
import type { Services } from '../runtime/services.ts';
import { markBlock, membershipsOf } from '../store/membership.ts';
import { enter, type Speaker } from './enter.ts';
import { directWith } from './people.ts';

/** @throws ChatError `unknown_user`, `invalid_frame` for oneself */
export async function block(services: Services, speaker: Speaker, username: string): Promise<void> {
  const conversation = directWith(speaker.username, username);
  await enter(services, conversation, speaker, { join: false });
  // Listed before it holds, and until it does not: whoever is kept out can be found and let in.
  await markBlock(services, speaker.username, conversation.id, 'blocks', true);
  await markBlock(services, username, conversation.id, 'blocked', true);
}

/** @throws ChatError `invalid_frame` for oneself */
export async function unblock(services: Pick<Services, 'table'>, speaker: Speaker, username: string): Promise<void> {
  const { id } = directWith(speaker.username, username);
  await markBlock(services, username, id, 'blocked', false);
  await markBlock(services, speaker.username, id, 'blocks', false);
}

/** Whom this user has blocked, by name. Reads all memberships of the user, as an inbox does. */
export async function blockedBy(services: Pick<Services, 'table'>, username: string): Promise<string[]> {
  const names: string[] = [];
  for await (const page of membershipsOf(services, username)) {
    const blocking = page.filter(({ blocks }) => blocks).flatMap(({ conversation }) => conversation.split('_'));
    names.push(...blocking.filter((name) => name !== username));
  }
  return names.sort();
}
