import * as z from 'zod/mini';
import { ChatError } from '#protocol/errors';
import { text } from '#protocol/fields';
import { limits } from '#protocol/limits';
import { decodeUserName, isUserName } from '#protocol/names';
import { findInDirectory, isFound } from '../chat/directory.ts';
import { findPeople, getProfile } from '../chat/people.ts';
import { createEndedAccounts } from '../identity/ended-accounts.ts';
import type { Services } from '../runtime/services.ts';
import { beginningsOf, type Listing } from '../store/people-index.ts';
import { getUser } from '../store/user.ts';
import type { HttpHandlers } from './handler.ts';
import { limitOf, link } from './pages.ts';

const endedAtPool = createEndedAccounts(process.env.USER_POOL_ID, Date.now);

/** Was the account deleted, here or at the user pool without Parley? A pool that does not answer hides nobody. */
async function hasEnded(services: Pick<Services, 'table' | 'log'>, username: string): Promise<boolean> {
  const user = await getUser(services, username);
  if (user?.deletedAt !== undefined) return true;
  // A pool that took the place of another one does not know the accounts from before.
  if (!user?.owner || user.owner.issuer !== process.env.USER_POOL_ID) return false;
  try {
    return await endedAtPool({ name: decodeUserName(username), sub: user.owner.sub });
  } catch (error) {
    services.log.warn('the user pool did not answer', { error: error as Error });
    return false;
  }
}

/** Other people. */
export const people: HttpHandlers<'findUsers' | 'getUser'> = {
  async getUser(services, { caller, path: { username } }) {
    if (await isFound(services, caller.username, username)) {
      const [profile, isEnded] = await Promise.all([
        getProfile(services, caller.username, username),
        hasEnded(services, username),
      ]);
      if (!isEnded) return profile;
      throw new ChatError('unknown_user', `the account of ${username} was deleted`);
    }
    throw new ChatError('unknown_user', `you know no user ${username}: here people find their contacts`);
  },

  async findUsers(services, request) {
    const { query: text, at } = request.query;
    const limit = limitOf(request.query);
    if (services.config.directory !== 'everybody') {
      const place = at === undefined ? {} : readName(at);
      const found = await findInDirectory(services, request.caller.username, text, { ...place, limit });
      const to = (direction: Direction, name: string | undefined) =>
        name === undefined ? null : link(services, request, { at: encode([direction, name]), limit });
      return {
        count: found.people.length,
        next: to('after', found.after),
        previous: to('before', found.before),
        results: found.people,
      };
    }
    const place = at === undefined ? {} : readPlace(at, text);
    const found = await findPeople(services, request.caller.username, text, { ...place, limit });
    const to = (direction: Direction, from: Listing | undefined) =>
      from ? link(services, request, { at: writePlace(direction, from), limit }) : null;
    return {
      count: found.people.length,
      next: to('after', found.after),
      previous: to('before', found.before),
      results: found.people,
    };
  },
};

const Direction = z.enum(['after', 'before']);
type Direction = z.infer<typeof Direction>;
/** The parameter `at`: a place in the index of names. */
const Place = z.tuple([
  Direction,
  z.string().check(z.refine(isUserName)),
  z.enum(['username', 'name', 'account']),
  text('must be a listing'),
]);

function writePlace(direction: Direction, { username, by, text }: Listing): string {
  return encode([direction, username, by, text]);
}

function encode(place: readonly string[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

const NamePlace = z.tuple([Direction, z.string().check(z.refine(isUserName))]);

/** @throws ChatError `invalid_frame` for a place that no page of the closed directory gave */
function readName(place: string): { readonly [D in Direction]?: string } {
  const { data } = z.safeParse(NamePlace, parseJson(Buffer.from(place, 'base64url').toString()));
  if (data) return { [data[0]]: data[1] };
  throw noPlace();
}

/** @throws ChatError `invalid_frame` for a place that no page of this query gave */
function readPlace(place: string, query: string | undefined): { readonly [D in Direction]?: Listing } {
  const { data } = z.safeParse(Place, parseJson(Buffer.from(place, 'base64url').toString()));
  // DynamoDB refuses to start outside of the range that is asked for.
  if (data && isInside(data, query)) {
    const [direction, username, by, text] = data;
    return { [direction]: { username, by, text } };
  }
  throw noPlace();
}

function noPlace(): ChatError {
  return new ChatError('invalid_frame', 'at comes with the addresses of other pages: use those as they are');
}

function isInside([, username, by, text]: z.infer<typeof Place>, query: string | undefined): boolean {
  if (query === undefined) return by === 'username' && text === username;
  return [...text].length <= limits.nameLength && beginningsOf(query).some((beginning) => text.startsWith(beginning));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
