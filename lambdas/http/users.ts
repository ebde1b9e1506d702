import * as z from 'zod/mini';
import { unable } from '#protocol/errors';
import { parseAs } from '#protocol/frames';
import { type PeoplePage, PeopleQuery } from '#protocol/http';
import { limits } from '#protocol/limits';
import { isUserName } from '#protocol/names';
import { findPeople } from '../chat/people.ts';
import type { Services } from '../runtime/services.ts';
import { fold, type Listing } from '../store/listing.ts';
import { limitOf, link } from './link.ts';
import { type HttpAnswer, type HttpRequest, json } from './request.ts';

/** `GET /users?query=`: people by how their user name or their shown name begins; without `query` everybody else. */
export async function users(services: Services, request: HttpRequest): Promise<HttpAnswer> {
  const { query, at, ...asked } = parseAs(PeopleQuery, request.query, 'find people');
  const limit = limitOf(asked);
  const place = at === undefined ? {} : readPlace(at, query);
  const found = await findPeople(services, request.speaker.username, query, { ...place, limit });
  const to = (way: Way, from: Listing | undefined) =>
    from ? link(services, request, { at: writePlace(way, from), limit }) : null;
  const page: PeoplePage = {
    count: found.people.length,
    next: to('after', found.after),
    previous: to('before', found.before),
    results: found.people,
  };
  return json(200, page);
}

const Way = z.enum(['after', 'before']);
type Way = z.infer<typeof Way>;
const Place = z.tuple([Way, z.string().check(z.refine(isUserName)), z.enum(['username', 'name']), z.string()]);

function writePlace(way: Way, { username, by, text }: Listing): string {
  return Buffer.from(JSON.stringify([way, username, by, text])).toString('base64url');
}

/** @throws ChatError `invalid_frame` for what no page of this query named */
function readPlace(place: string, query: string | undefined): { readonly [way in Way]?: Listing } {
  const { data } = z.safeParse(Place, parseJson(Buffer.from(place, 'base64url').toString()));
  // DynamoDB refuses to start outside of what is asked for.
  if (data && isInside(data, query)) {
    const [way, username, by, text] = data;
    return { [way]: { username, by, text } };
  }
  throw unable('invalid_frame', 'find people', 'at comes with the addresses of other pages: use those as they are');
}

function isInside([, username, by, text]: z.infer<typeof Place>, query: string | undefined): boolean {
  if (query === undefined) return by === 'username' && text === username;
  return [...text].length <= limits.nameLength && text.startsWith(fold(query));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
