import { z } from 'zod';
import { attributeList } from '#cognito/attributes';
import { CognitoError } from '#cognito/errors';
import { type Group, groupsOf } from '#cognito/groups';
import { adminOperation } from '#cognito/operation';
import type { Pool } from '#cognito/pool';
import * as shape from '#cognito/shapes';
import { updateUser } from '#cognito/update-user';
import { describeUser, requireUser } from './admin-users.ts';
import { page, pageInput } from './pages.ts';

const oneGroup = z.object({ UserPoolId: shape.userPoolId, GroupName: shape.username });
const groupFields = oneGroup.extend({
  Description: z.string().max(2048).optional(),
  Precedence: z.number().int().min(0).optional(),
  RoleArn: z.string().min(20).max(2048).optional(),
});
const userOfGroup = oneGroup.extend({ Username: shape.username });

/** @throws CognitoError ResourceNotFoundException */
function requireGroup(pool: Pool, name: string): Group {
  const group = pool.groups.find(name);
  if (!group) throw new CognitoError('ResourceNotFoundException', 'Group not found.');
  return group;
}

/** Times are in seconds. */
const describeGroup = (pool: Pool, group: Group) => ({
  UserPoolId: pool.id,
  GroupName: group.name,
  Description: group.description,
  Precedence: group.precedence,
  RoleArn: group.roleArn,
  CreationDate: group.createdAt / 1000,
  LastModifiedDate: group.modifiedAt / 1000,
});

export const createGroup = adminOperation(groupFields, async (pool, request) => {
  const name = request.GroupName;
  if (pool.groups.find(name)) {
    throw new CognitoError('GroupExistsException', `A group with the name ${name} already exists.`);
  }
  const now = pool.clock.now();
  const { Description: description, Precedence: precedence, RoleArn: roleArn } = request;
  const group = { name, description, precedence, roleArn, createdAt: now, modifiedAt: now };
  await pool.groups.save(group);
  return { Group: describeGroup(pool, group) };
});

export const getGroup = adminOperation(oneGroup, async (pool, request) => ({
  Group: describeGroup(pool, requireGroup(pool, request.GroupName)),
}));

export const updateGroup = adminOperation(groupFields, async (pool, request) => {
  const before = requireGroup(pool, request.GroupName);
  const group = {
    ...before,
    description: request.Description ?? before.description,
    precedence: request.Precedence ?? before.precedence,
    roleArn: request.RoleArn ?? before.roleArn,
    modifiedAt: pool.clock.now(),
  };
  await pool.groups.save(group);
  return { Group: describeGroup(pool, group) };
});

export const deleteGroup = adminOperation(oneGroup, async (pool, request) => {
  const { name } = requireGroup(pool, request.GroupName);
  await pool.groups.remove(name);
  // Otherwise they would be members of another group of that name.
  for (const member of pool.users.all().filter(({ groups }) => groups.includes(name))) {
    await updateUser(pool, member.sub, (user) => ({ ...user, groups: user.groups.filter((each) => each !== name) }));
  }
  return {};
});

export const listGroups = adminOperation(pageInput, async (pool, request) => {
  const { items, NextToken } = page(pool.groups.all(), ({ name }) => name, request);
  return { Groups: items.map((group) => describeGroup(pool, group)), NextToken };
});

export const adminAddUserToGroup = adminOperation(userOfGroup, async (pool, request) => {
  const { sub } = requireUser(pool, request.Username);
  const { name } = requireGroup(pool, request.GroupName);
  await updateUser(pool, sub, (user) =>
    user.groups.includes(name) ? user : { ...user, groups: [...user.groups, name] },
  );
  return {};
});

export const adminRemoveUserFromGroup = adminOperation(userOfGroup, async (pool, request) => {
  const { sub } = requireUser(pool, request.Username);
  const { name } = requireGroup(pool, request.GroupName);
  await updateUser(pool, sub, (user) =>
    user.groups.includes(name) ? { ...user, groups: user.groups.filter((each) => each !== name) } : user,
  );
  return {};
});

export const adminListGroupsForUser = adminOperation(
  pageInput.extend({ Username: shape.username }),
  async (pool, request) => {
    const own = groupsOf(requireUser(pool, request.Username), pool.groups);
    const byName = [...own].sort((left, right) => (left.name < right.name ? -1 : 1));
    const { items, NextToken } = page(byName, ({ name }) => name, request);
    return { Groups: items.map((group) => describeGroup(pool, group)), NextToken };
  },
);

export const listUsersInGroup = adminOperation(
  pageInput.extend({ GroupName: shape.username }),
  async (pool, request) => {
    const { name } = requireGroup(pool, request.GroupName);
    const members = pool.users
      .all()
      .filter(({ groups }) => groups.includes(name))
      .sort((left, right) => (left.sub < right.sub ? -1 : 1));
    const { items, NextToken } = page(members, ({ sub }) => sub, request);
    const Users = items.map((user) => ({
      ...describeUser(user),
      Attributes: attributeList(user.sub, user.attributes),
    }));
    return { Users, NextToken };
  },
);
