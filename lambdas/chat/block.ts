/**
 * Blocking: noted on both memberships of the direct conversation, which is made for it where the two have never spoken. The other's
 * is read before anything of theirs is accepted, so that a block costs nothing when people speak. It ends friendship and requests too.
 */
import { unable } from '#protocol/errors';
import type { Services } from '../runtime/services.ts';
import { endBlock } from '../store/direct.ts';
import { membershipsOf } from '../store/membership.ts';
import { ensureUser, getUser } from '../store/user.ts';
import type { Speaker } from './enter.ts';
import { part } from './friends.ts';
import { directWith } from './people.ts';

/** @throws ChatError `unknown_user`, `invalid_frame` for oneself, `conflict` */
export async function block(services: Services, speaker: Speaker, username: string): Promise<void> {
  const what = `block ${username}`;
  if (!(await getUser(services, username))) throw unable('unknown_user', what, `there is no user ${username}`);
  await ensureUser(services, speaker);
  await part(services, speaker.username, username, what, ['blocks', 'blocked']);
}

/** @throws ChatError `invalid_frame` for oneself */
export async function unblock(services: Pick<Services, 'table'>, speaker: Speaker, username: string): Promise<void> {
  const { id } = directWith(speaker.username, username);
  // Listed until it does not hold any more: whoever is kept out can be found and let in.
  await endBlock(services, username, id, 'blocked');
  await endBlock(services, speaker.username, id, 'blocks');
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
