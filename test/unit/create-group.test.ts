import { afterAll, beforeAll, expect, it } from 'vitest';
import { createGroup } from '#lambdas/chat/create-group';
import { befriend } from '#lambdas/chat/friends';
import { leaveConversation } from '#lambdas/chat/leave-conversation';
import { updateGroup } from '#lambdas/chat/manage-group';
import type { Services } from '#lambdas/runtime/services';
import { allocateFirstSeq } from '#lambdas/store/allocate-seq';
import { getEntries } from '#lambdas/store/entry';
import { createMembership, getMembership } from '#lambdas/store/membership';
import { createUser } from '#lambdas/store/user';
import { type Conversation, parseConversation } from '#protocol/names';
import { startDomain } from './engine.ts';

let services: Services;
let clock: { now: number };
let stop: () => Promise<void>;
const ann = { username: 'ann', name: 'Ann' };
beforeAll(async () => {
  ({ services, clock, stop } = await startDomain());
  for (const username of ['ann', 'ben', 'cora']) await createUser(services, { username, name: username });
  // Only friends are members of a new group at once.
  for (const username of ['ben', 'cora']) {
    await befriend(services, ann, username);
    await befriend(services, { username, name: username }, 'ann');
  }
});
afterAll(() => stop());

const trip = (clientId?: string) => ({ title: 'Trip', members: ['ben', 'cora'], client_id: clientId });
const group = (id: string): Conversation => ({ id, kind: 'group' });
const log = async (id: string) => (await getEntries(services, id, 1, 99)).map(({ seq, type }) => `${seq} ${type}`);
const names = ({ members }: Awaited<ReturnType<typeof createGroup>>) =>
  members.map(({ username, role }) => `${username} ${role}`);

it('many tries with one client_id, also at the same time, make one group with one first entry', async () => {
  const tries = await Promise.all([1, 2, 3, 4].map(() => createGroup(services, ann, trip('a1'))));
  const again = await createGroup(services, ann, { ...trip('a1'), members: ['cora', 'ben', 'ann', 'ben'] });
  const [{ id }] = tries as [Awaited<ReturnType<typeof createGroup>>];
  expect(new Set([...tries, again].map((view) => view.id))).toEqual(new Set([id]));
  expect(parseConversation(id)).toEqual(group(id));
  expect(again.title).toBe('Trip');
  expect(names(again)).toEqual(['ann owner', 'ben member', 'cora member']);
  expect(await log(id)).toEqual(['1 system']);
});

it.each([
  ['title', { title: 'Another' }],
  ['members', { members: ['ben'] }],
])(
  'a client_id that made a group with another %s is refused with conflict, and changes nothing',
  async (what, other) => {
    const { id } = await createGroup(services, ann, trip(`other-${what}`));
    const refused = createGroup(services, ann, { ...trip(`other-${what}`), ...other });
    await expect(refused).rejects.toMatchObject({ code: 'conflict' });
    const again = await createGroup(services, ann, trip(`other-${what}`));
    expect(again).toMatchObject({ id, title: 'Trip' });
    expect(names(again)).toEqual(['ann owner', 'ben member', 'cora member']);
  },
);

it('another client_id, another user, or no client_id makes another group', async () => {
  const views = [
    await createGroup(services, ann, trip('a1')),
    await createGroup(services, ann, trip('a2')),
    await createGroup(services, { username: 'ben', name: 'Ben' }, { ...trip('a1'), members: ['ann'] }),
    await createGroup(services, ann, trip()),
    await createGroup(services, ann, trip()),
  ];
  expect(new Set(views.map(({ id }) => id)).size).toBe(5);
});

it('a retry completes a group whose first try died after the owner’s membership, or after its number', async () => {
  const whole = await createGroup(services, ann, trip('b0'));
  expect(whole.seq).toBe(1);
  const { id } = await died('b1', async () => {});
  expect(await log(id)).toEqual(['1 system']);
  const numbered = await died('b2', async (left) => {
    await allocateFirstSeq(services, left, 'Trip', 'ann');
  });
  expect(numbered.title).toBe('Trip');
});

/** The group after a try that died, and a retry. */
async function died(clientId: string, doMore: (id: string) => Promise<void>) {
  // The id depends on the user and the client_id alone, so a second table gives the id of the first try.
  const other = await startDomain();
  await createUser(other.services, ann);
  const { id } = await createGroup(other.services, ann, { title: 'Trip', members: [], client_id: clientId });
  await other.stop();
  await createMembership(services, 'ann', group(id), { seq: 0, count: 0 }, 'owner');
  await doMore(id);
  return createGroup(services, ann, trip(clientId));
}

it('a repeat of the request does not add a user who has left', async () => {
  const { id } = await createGroup(services, ann, trip('c1'));
  clock.now += 1_000;
  await updateGroup(services, group(id), ann, { roles: { ben: 'owner' } });
  await leaveConversation(services, group(id), ann);
  await expect(createGroup(services, ann, trip('c1'))).rejects.toMatchObject({ code: 'forbidden' });
  expect(await getMembership(services, 'ann', id)).toBeUndefined();
});
