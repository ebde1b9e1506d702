import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { getMembership, getMemberships, type Membership, membersOf, transferOwnership } from '../store/membership.ts';
import { recordSystemEvent } from './system-events.ts';

/**
 * An owner who goes hands over to an admin, or else to another member: the first by user name.
 * @returns the membership as it is now; undefined when it ended meanwhile
 */
export async function handOver(
  services: Services,
  conversation: Conversation,
  username: string,
): Promise<Membership | undefined> {
  const { id } = conversation;
  for (let tries = 0; tries < 5; tries++) {
    const own = await getMembership(services, username, id);
    if (own?.role !== 'owner') return own;
    const heir = await findHeir(services, own);
    if (!heir) return own;
    if (!(await transferOwnership(services, own, heir))) continue;
    const change = { kind: 'role', by: username, who: heir.username, role: 'owner' } as const;
    await recordSystemEvent(services, conversation, change);
  }
  throw new Error(`unable to hand over ${id}; the roles change again and again`);
}

/** An admin, or else any member. Looks at pages of members until one has somebody. */
async function findHeir(services: Services, { conversation, username }: Membership): Promise<Membership | undefined> {
  let member: Membership | undefined;
  for await (const names of membersOf(services, conversation)) {
    const others = names.filter((name) => name !== username).map((name) => ({ username: name, conversation }));
    const memberships = await getMemberships(services, others, { consistent: true });
    const inOrder = memberships.sort((a, b) => (a.username < b.username ? -1 : 1));
    const admin = inOrder.find(({ role }) => role === 'admin');
    if (admin) return admin;
    member ??= inOrder[0];
  }
  return member;
}
