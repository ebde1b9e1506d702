import { QueryCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { conversationView } from '#lambdas/chat/conversation-view';
import { createGroup } from '#lambdas/chat/create-group';
import { joinByLink } from '#lambdas/chat/invite-links';
import { leaveConversation } from '#lambdas/chat/leave-conversation';
import { inviteMember, removeMember, updateGroup } from '#lambdas/chat/manage-group';
import type { Services } from '#lambdas/runtime/services';
import { conversationStateKey } from '#lambdas/store/conversation-state';
import { getEntries } from '#lambdas/store/entry';
import { putLink } from '#lambdas/store/invite-link';
import { updateItem } from '#lambdas/store/item';
import { getMemberships, membershipKey } from '#lambdas/store/membership';
import { createUser } from '#lambdas/store/user';
import type { Conversation } from '#protocol/names';
import { startDomain } from './engine.ts';

let services: Services;
let stop: () => Promise<void>;
const people = ['ann', 'ben', 'cora', 'dan', 'eve'];
const caller = (username: string) => ({ username, name: username });
beforeAll(async () => {
  ({ services, stop } = await startDomain());
  // Everybody puts everybody into groups here: who must be asked is another matter.
  services = { ...services, config: { ...services.config, invitations: false } };
  for (const username of people) await createUser(services, caller(username));
});
afterAll(() => stop());

async function makeGroup(...members: string[]): Promise<Conversation> {
  const { id } = await createGroup(services, caller('ann'), { title: 'Trip', members });
  return { id, kind: 'group' };
}

/** Of the one link of each, which works while they manage the group. */
const secretOf = (maker: string) => Buffer.from(maker.padEnd(16)).toString('hex');

async function giveLinks(conversation: string): Promise<void> {
  const at = services.now();
  const link = { conversation, at, until: at + 3_600_000, most: 100, uses: 0 };
  await Promise.all(people.map((by) => putLink(services, { ...link, by, secret: secretOf(by) })));
}

/** Role of each member. */
async function rolesIn({ id: conversation }: Conversation): Promise<Record<string, string>> {
  const memberships = await getMemberships(
    services,
    people.map((username) => ({ username, conversation })),
    { consistent: true },
  );
  return Object.fromEntries(memberships.map(({ username, role }) => [username, role]).sort());
}

const owners = (roles: Record<string, string>) => Object.values(roles).filter((role) => role === 'owner').length;

/** Roles after the log, in its order. @throws Error when somebody does in it what their role does not allow */
async function rolesByLog({ id }: Conversation): Promise<Record<string, string>> {
  const roles: Record<string, string> = {};
  const removed = new Set<string>();
  for (const entry of await getEntries(services, id, 1, 999)) {
    if (entry.type !== 'system') continue;
    const { kind, by, who = by, role = 'member', members = [] } = entry.change;
    const place = `${entry.seq}: ${by} ${kind} ${who} ${role}`;
    const own = roles[by];
    if (kind === 'created') for (const name of members) roles[name] = name === by ? 'owner' : 'member';
    else if (kind === 'left') {
      expect(own, place).toBeDefined();
      delete roles[by];
    } else if (kind === 'joined') {
      expect(own, place).toBeUndefined();
      expect(removed, place).not.toContain(by);
      roles[by] = 'member';
    } else {
      expect(kind === 'role' ? ['owner'] : ['owner', 'admin'], place).toContain(own);
      if (kind === 'invited') {
        roles[who] = 'member';
        removed.delete(who);
      } else if (kind === 'removed') {
        delete roles[who];
        removed.add(who);
      }
      if (kind === 'role') {
        expect(roles[who], place).toBeDefined();
        roles[who] = role;
        if (role === 'owner') roles[by] = 'admin';
      }
    }
    expect(Object.keys(roles).length === 0 ? 1 : owners(roles), place).toBe(1);
  }
  return Object.fromEntries(Object.entries(roles).sort());
}

type Act = readonly [
  by: string,
  what: 'invite' | 'remove' | 'leave' | 'owner' | 'admin' | 'member' | 'title' | 'describe' | 'join',
  who: string,
];

async function act(group: Conversation, [by, what, who]: Act): Promise<string> {
  const me = caller(by);
  try {
    if (what === 'invite') await inviteMember(services, group, me, who);
    else if (what === 'remove') await removeMember(services, group, me, who);
    else if (what === 'leave') await leaveConversation(services, group, me);
    else if (what === 'join') await joinByLink(services, me, group.id.slice('group:'.length) + secretOf(who));
    else if (what === 'describe') await updateGroup(services, group, me, { description: `${by} ${who}` });
    else if (what === 'title') await updateGroup(services, group, me, { title: `${by} ${who}` });
    else await updateGroup(services, group, me, { roles: { [who]: what } });
    return 'done';
  } catch (error) {
    const { code = String(error) } = error as { code?: string };
    return code;
  }
}

it('whatever members do at the same moment, a group has one owner while it has members, and its log is what happened, each with the right of who did it', async () => {
  // Mostly people who may do something, and who get into each other's way.
  const by = fc.constantFrom('ann', 'ann', 'ann', 'ben', 'ben', 'cora', 'cora', 'dan');
  const who = fc.constantFrom('ann', 'ben', 'ben', 'cora', 'cora', 'dan', 'eve');
  const what = fc.constantFrom(
    'invite',
    'invite',
    'remove',
    'remove',
    'leave',
    'owner',
    'admin',
    'title',
    'describe',
    'join',
    'join',
  );
  const moment = fc.array(fc.tuple(by, what, who) as fc.Arbitrary<Act>, { minLength: 3, maxLength: 6 });
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(moment, { minLength: 1, maxLength: 5 }), async (moments) => {
      const group = await makeGroup('ben', 'cora');
      await giveLinks(group.id);
      for (const name of ['ben', 'cora']) await act(group, ['ann', 'admin', name]);
      for (const acts of moments) {
        for (const outcome of await Promise.all(acts.map((one) => act(group, one)))) seen.add(outcome);
        const roles = await rolesIn(group);
        if (Object.keys(roles).length > 0) expect(owners(roles)).toBe(1);
        expect(await rolesByLog(group)).toEqual(roles);
      }
    }),
    { numRuns: 15 },
  );
  // Nothing else than the errors that say what was wrong.
  const expected = [
    'done',
    'forbidden',
    'conflict',
    'not_found',
    'unknown_conversation',
    'invalid_frame',
    'rate_limited',
  ];
  for (const outcome of seen) expect(expected).toContain(outcome);
});

it('an owner who leaves while they invite leaves no group without an owner, in twenty tries', async () => {
  for (let time = 0; time < 20; time++) {
    const group = await makeGroup();
    await Promise.all([act(group, ['ann', 'invite', 'ben']), act(group, ['ann', 'leave', 'ann'])]);
    const roles = await rolesIn(group);
    expect(roles, String(time)).toEqual(
      'ann' in roles ? { ann: 'owner', ...('ben' in roles ? { ben: 'member' } : {}) } : {},
    );
  }
});

it('nobody comes by the link of somebody who has just been removed, and nobody who was removed comes by a link, in ten tries', async () => {
  for (let time = 0; time < 10; time++) {
    const group = await makeGroup('ben', 'cora');
    await giveLinks(group.id);
    await act(group, ['ann', 'admin', 'ben']);
    await Promise.all([
      act(group, ['ann', 'remove', 'ben']),
      act(group, ['dan', 'join', 'ben']),
      act(group, ['ann', 'remove', 'cora']),
      act(group, ['cora', 'join', 'ann']),
    ]);
    expect(await act(group, ['ben', 'join', 'ann'])).toBe('forbidden');
    expect(await rolesByLog(group)).toEqual(await rolesIn(group));
    expect(Object.keys(await rolesIn(group))).not.toContain('cora');
  }
});

it('nobody is invited by somebody who has just been removed, in twenty tries', async () => {
  for (let time = 0; time < 20; time++) {
    const group = await makeGroup('ben');
    await act(group, ['ann', 'admin', 'ben']);
    await Promise.all([act(group, ['ann', 'remove', 'ben']), act(group, ['ben', 'invite', 'cora'])]);
    expect(await rolesByLog(group)).toEqual(await rolesIn(group));
  }
});

it('an owner knows of a member whom the index does not list yet', async () => {
  const { client } = services.table;
  const late: Services = {
    ...services,
    table: {
      ...services.table,
      client: {
        ...client,
        // biome-ignore lint/suspicious/noExplicitAny: it takes any command, as the client does
        send: async (command: any) => {
          const answer = await client.send(command);
          const isIndex = command instanceof QueryCommand && command.input.IndexName === 'members';
          return isIndex ? { ...answer, Items: [] } : answer;
        },
      } as typeof client,
    },
  };
  const { id } = await createGroup(late, caller('ann'), { title: 'Trip', members: ['ben'] });
  const group: Conversation = { id, kind: 'group' };
  await expect(leaveConversation(late, group, caller('ann'))).rejects.toMatchObject({ code: 'conflict' });
  await leaveConversation(late, group, caller('ben'));
  await inviteMember(late, group, caller('ann'), 'cora');
  await expect(leaveConversation(late, group, caller('ann'))).rejects.toMatchObject({ code: 'conflict' });
  await leaveConversation(late, group, caller('cora'));
  await leaveConversation(late, group, caller('ann'));
  expect(await rolesIn(group)).toEqual({});
});

it('a group that has no owner has one again when somebody looks at it or wants to manage it: an admin first, at most one', async () => {
  const orphan = async (...admins: string[]) => {
    const group = await makeGroup('ben', 'cora', 'dan');
    for (const name of admins) await act(group, ['ann', 'admin', name]);
    // As it was left by a race, before there was a condition, and before the state noted who owns it.
    await updateItem(services.table, {
      Key: membershipKey('ann', group.id),
      UpdateExpression: 'REMOVE #role, member_of',
      ExpressionAttributeNames: { '#role': 'role' },
    });
    await updateItem(services.table, {
      Key: conversationStateKey(group.id),
      UpdateExpression: 'REMOVE #owner',
      ExpressionAttributeNames: { '#owner': 'owner' },
    });
    return group;
  };
  const seen = await orphan('cora');
  const views = await Promise.all(['ben', 'cora', 'dan'].map((name) => conversationView(services, seen, name)));
  expect(await rolesIn(seen)).toEqual({ ben: 'member', cora: 'owner', dan: 'member' });
  expect(views[0]?.members.map(({ username, role }) => `${username} ${role}`)).toEqual([
    'ben member',
    'cora owner',
    'dan member',
  ]);
  const last = (await getEntries(services, seen.id, 1, 99)).at(-1);
  expect(last).toMatchObject({ type: 'system', change: { kind: 'role', by: 'cora', who: 'cora', role: 'owner' } });

  const managed = await orphan();
  const outcomes = await Promise.all(['ben', 'dan', 'cora'].map((name) => act(managed, [name, 'title', 'new'])));
  expect(outcomes).toEqual(['done', 'forbidden', 'forbidden']);
  expect(await rolesIn(managed)).toEqual({ ben: 'owner', cora: 'member', dan: 'member' });

  // A group that has one, which is only not noted, keeps it.
  const old = await makeGroup('ben');
  await updateItem(services.table, {
    Key: conversationStateKey(old.id),
    UpdateExpression: 'REMOVE #owner',
    ExpressionAttributeNames: { '#owner': 'owner' },
  });
  expect(await act(old, ['ben', 'title', 'x'])).toBe('forbidden');
  expect(await rolesIn(old)).toEqual({ ann: 'owner', ben: 'member' });
});
