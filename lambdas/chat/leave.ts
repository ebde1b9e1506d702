import { unable } from '#protocol/errors';
import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { endMembership, type Membership } from '../store/membership.ts';
import { getUsers } from '../store/user.ts';
import { enter, type Speaker } from './enter.ts';
import { memberNames } from './members.ts';
import { tellCounts } from './read.ts';
import { record } from './system.ts';

/**
 * The speaker leaves a room or a group. An owner hands over first, unless nobody else is there.
 * @throws ChatError `forbidden` for who is no member, and where the members stand in the name; `conflict` for an owner
 */
export async function leave(services: Services, conversation: Conversation, speaker: Speaker): Promise<void> {
  if ('members' in conversation) {
    throw unable('forbidden', `leave ${conversation.id}`, 'its members stand in its name');
  }
  const membership = await enter(services, conversation, speaker, { join: false });
  if (membership.role === 'owner') await refuseOwner(services, conversation, membership);
  if (!(await endMembership(services, membership))) {
    throw unable('conflict', `leave ${conversation.id}`, 'your role has just been changed: try again', 1);
  }
  await record(services, conversation, { kind: 'left', by: speaker.username });
  await tellCounts(services, conversation.id, await getUsers(services, [speaker.username]), 0);
}

async function refuseOwner(services: Services, conversation: Conversation, { username }: Membership): Promise<void> {
  const others = (await memberNames(services, conversation)).filter((name) => name !== username);
  if (others.length === 0) return;
  throw unable(
    'conflict',
    `leave ${conversation.id}`,
    `you are its owner: hand it over first, with PATCH and roles such as {"${others[0]}":"owner"}`,
  );
}
