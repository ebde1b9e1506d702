import {
  AdminAddUserToGroupCommand,
  AdminListGroupsForUserCommand,
  AdminRemoveUserFromGroupCommand,
  CreateGroupCommand,
  DeleteGroupCommand,
  GetGroupCommand,
  ListGroupsCommand,
  ListUsersInGroupCommand,
  UpdateGroupCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, startFixture } from './fixture.ts';
import { errorOf, newUser, refresh, signIn, signUp } from './people.ts';

/* AWS: "Adding groups to a user pool", https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-user-groups.html */

const roleArn = (name: string) => `arn:aws:iam::000000000000:role/${name}`;
const group = (properties: object) => ({
  Type: 'AWS::Cognito::UserPoolGroup',
  Properties: { UserPoolId: { Ref: 'People' }, ...properties },
});

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({
    pools: ['People'],
    change: (resources) =>
      Object.assign(resources, {
        Admins: group({ GroupName: 'admins', Description: 'May do all', Precedence: 1, RoleArn: roleArn('Admin') }),
        Readers: group({ GroupName: 'readers', Precedence: 5, RoleArn: roleArn('Reader') }),
      }),
  });
});
afterAll(() => fixture.stop());

const pool = () => ({ UserPoolId: fixture.pool });
const add = (Username: string, GroupName: string) =>
  fixture.root().send(new AdminAddUserToGroupCommand({ ...pool(), Username, GroupName }));
const create = (GroupName: string, change: object = {}) =>
  fixture.root().send(new CreateGroupCommand({ ...pool(), GroupName, ...change }));

describe('groups', () => {
  test('of the template exist', async () => {
    const { Group } = await fixture.root().send(new GetGroupCommand({ ...pool(), GroupName: 'admins' }));
    expect(Group).toEqual({
      UserPoolId: fixture.pool,
      GroupName: 'admins',
      Description: 'May do all',
      Precedence: 1,
      RoleArn: roleArn('Admin'),
      CreationDate: expect.any(Date),
      LastModifiedDate: expect.any(Date),
    });
  });

  test('are made, changed, listed in pages and deleted', async () => {
    expect((await create('writers', { Precedence: 3 })).Group).toMatchObject({ GroupName: 'writers', Precedence: 3 });
    expect(await errorOf(create('writers'))).toEqual({
      name: 'GroupExistsException',
      message: 'A group with the name writers already exists.',
    });
    const update = new UpdateGroupCommand({ ...pool(), GroupName: 'writers', Description: 'Write' });
    expect((await fixture.root().send(update)).Group).toMatchObject({ Description: 'Write', Precedence: 3 });
    const names: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = await fixture.root().send(new ListGroupsCommand({ ...pool(), Limit: 2, NextToken }));
      names.push(...(page.Groups ?? []).map(({ GroupName }) => GroupName));
      NextToken = page.NextToken;
    } while (NextToken);
    expect(names).toEqual(['admins', 'readers', 'writers']);
    await fixture.root().send(new DeleteGroupCommand({ ...pool(), GroupName: 'writers' }));
    expect(await errorOf(fixture.root().send(new GetGroupCommand({ ...pool(), GroupName: 'writers' })))).toEqual({
      name: 'ResourceNotFoundException',
      message: 'Group not found.',
    });
  });

  test('have members, who leave with the group', async () => {
    await create('club');
    await signUp(fixture, 'member');
    expect(await errorOf(add('member', 'nothing'))).toMatchObject({ name: 'ResourceNotFoundException' });
    expect(await errorOf(add('nobody', 'club'))).toMatchObject({ name: 'UserNotFoundException' });
    await add('member', 'club');
    await add('member', 'club');
    const members = async () =>
      (await fixture.root().send(new ListUsersInGroupCommand({ ...pool(), GroupName: 'club' }))).Users?.map(
        ({ Username }) => Username,
      );
    const groups = async () =>
      (await fixture.root().send(new AdminListGroupsForUserCommand({ ...pool(), Username: 'member' }))).Groups?.map(
        ({ GroupName }) => GroupName,
      );
    expect([await members(), await groups()]).toEqual([['member'], ['club']]);
    await fixture
      .root()
      .send(new AdminRemoveUserFromGroupCommand({ ...pool(), Username: 'member', GroupName: 'club' }));
    expect(await members()).toEqual([]);
    await add('member', 'club');
    await fixture.root().send(new DeleteGroupCommand({ ...pool(), GroupName: 'club' }));
    await create('club');
    expect([await members(), await groups()]).toEqual([[], []]);
  });
});

describe('tokens', () => {
  test('have the groups by precedence; the id token also their roles', async () => {
    const before = await newUser(fixture, 'chief');
    for (const token of [before.AccessToken, before.IdToken]) {
      expect(decodeJwt(token)).not.toHaveProperty('cognito:groups');
    }
    await add('chief', 'readers');
    await add('chief', 'admins');
    const { AccessToken, IdToken } = await signIn(fixture, 'chief');
    const groups = { 'cognito:groups': ['admins', 'readers'] };
    expect(decodeJwt(AccessToken)).toMatchObject(groups);
    expect(decodeJwt(AccessToken)).not.toHaveProperty('cognito:roles');
    expect(decodeJwt(IdToken)).toMatchObject({
      ...groups,
      'cognito:roles': [roleArn('Admin'), roleArn('Reader')],
      'cognito:preferred_role': roleArn('Admin'),
    });
    const refreshed = await refresh(fixture, before.RefreshToken);
    expect(decodeJwt(refreshed.AccessToken ?? '')).toMatchObject(groups);
  });

  test('have no preferred role where two groups of the same precedence differ', async () => {
    await create('other-admins', { Precedence: 1, RoleArn: roleArn('OtherAdmin') });
    await newUser(fixture, 'double');
    await add('double', 'admins');
    await add('double', 'other-admins');
    const claims = decodeJwt((await signIn(fixture, 'double')).IdToken);
    expect(claims['cognito:roles']).toEqual([roleArn('Admin'), roleArn('OtherAdmin')]);
    expect(claims).not.toHaveProperty('cognito:preferred_role');
  });
});

test('groups of the template change with it; members and other groups stay', async () => {
  await create('lasting');
  await signUp(fixture, 'stayer');
  await add('stayer', 'readers');
  fixture.reload((resources) =>
    Object.assign(resources, { Readers: group({ GroupName: 'readers', Description: 'May read' }) }),
  );
  const { Groups } = await fixture.root().send(new ListGroupsCommand(pool()));
  const names = Groups?.map(({ GroupName }) => GroupName);
  expect(names).toContain('lasting');
  expect(names).not.toContain('admins');
  expect(Groups).toContainEqual(expect.objectContaining({ GroupName: 'readers', Description: 'May read' }));
  const { Users } = await fixture.root().send(new ListUsersInGroupCommand({ ...pool(), GroupName: 'readers' }));
  expect(Users?.map(({ Username }) => Username)).toContain('stayer');
});
