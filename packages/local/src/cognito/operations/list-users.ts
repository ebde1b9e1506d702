import { z } from 'zod';
import { attributeList } from '#cognito/attributes';
import { invalidParameter } from '#cognito/errors';
import { adminOperation } from '#cognito/operation';
import * as shape from '#cognito/shapes';
import type { User } from '#cognito/user';
import { describeUser } from './admin-users.ts';

const input = z.object({
  UserPoolId: shape.userPoolId,
  AttributesToGet: z.array(z.string()).optional(),
  Filter: z.string().max(256).default(''),
  Limit: z.number().int().min(0).max(60).default(60),
  PaginationToken: z.string().optional(),
});

export const listUsers = adminOperation(input, async (pool, request) => {
  const matches = readFilter(request.Filter);
  const after =
    request.PaginationToken === undefined ? '' : Buffer.from(request.PaginationToken, 'base64url').toString();
  const rest = pool.users
    .all()
    .filter((user) => user.sub > after && matches(user))
    .sort((left, right) => (left.sub < right.sub ? -1 : 1));
  const page = rest.slice(0, request.Limit || 60);
  const last = page.at(-1);
  return {
    Users: page.map((user) => ({
      ...describeUser(user),
      Attributes: attributeList(user.sub, user.attributes).filter(
        ({ Name }) => request.AttributesToGet?.includes(Name) ?? true,
      ),
    })),
    PaginationToken: last && rest.length > page.length ? Buffer.from(last.sub).toString('base64url') : undefined,
  };
});

/** Custom attributes are not among them (API reference, ListUsers). */
const searchable = [
  'username',
  'email',
  'phone_number',
  'name',
  'given_name',
  'family_name',
  'preferred_username',
  'cognito:user_status',
  'status',
  'sub',
];

/** Parses `name = "value"` or `name ^= "value"` (begins with). An empty filter matches all users. */
function readFilter(filter: string): (user: User) => boolean {
  if (filter.trim() === '') return () => true;
  const [, name, operator, value = ''] = /^\s*"?([\w:]+)"?\s*(\^?=)\s*"(.*)"\s*$/.exec(filter) ?? [];
  if (!name) throw invalidParameter('Error while parsing filter.');
  if (!searchable.includes(name)) throw invalidParameter(`Invalid search attribute: ${name}`);
  return (user) => {
    const actual = filterable(user).get(name) ?? '';
    return operator === '=' ? actual === value : actual.startsWith(value);
  };
}

const filterable = (user: User) =>
  new Map([
    ...Object.entries(user.attributes),
    ['username', user.username],
    ['sub', user.sub],
    ['cognito:user_status', user.status],
    ['status', user.enabled ? 'Enabled' : 'Disabled'],
  ]);
