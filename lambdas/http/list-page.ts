/**
 * Pages of a list that was read as a whole and is in the order of a key. The address of another page names the key of the result at its edge,
 * and not how many results there are before: so whoever acts on what a page shows still meets every other result once.
 */
import * as z from 'zod/mini';
import { ChatError } from '#protocol/errors';
import type { Services } from '../runtime/services.ts';
import type { RequestBase } from './handler.ts';
import { limitOf, link, type Wanted } from './pages.ts';

type Key = readonly (string | number)[];

const Direction = z.enum(['after', 'before']);
type Direction = z.infer<typeof Direction>;

interface ListRequest extends Pick<RequestBase, 'address'> {
  readonly query: Wanted & { readonly at?: string | undefined; readonly offset: number };
}

/**
 * @param all in the order of their keys
 * @param keyOf compared part by part; the key of one result never changes while it is in the list
 * @param place how such a key looks in an address
 * @throws ChatError `invalid_frame` for a place that no page of this list gave
 */
export function listPage<T>(
  services: Pick<Services, 'config'>,
  request: ListRequest,
  all: readonly T[],
  keyOf: (one: T) => Key,
  place: z.ZodMiniType<Key>,
): { count: number; next: string | null; previous: string | null; slice: T[] } {
  const { at, offset } = request.query;
  const limit = limitOf(request.query);
  const keys = all.map(keyOf);
  const [begin, end] = at === undefined ? [offset, offset + limit] : edges(keys, readPlace(at, place), limit);
  const slice = all.slice(begin, end);
  const to = (direction: Direction, key: Key | undefined) =>
    key ? link(services, request, { at: writePlace(direction, key), limit }) : null;
  return {
    count: all.length,
    next: end < all.length ? to('after', keys[end - 1]) : null,
    previous: begin > 0 ? to('before', keys[begin] ?? keys.at(-1)) : null,
    slice,
  };
}

/** Where the page begins and ends. */
function edges(keys: readonly Key[], [direction, key]: Place, limit: number): [begin: number, end: number] {
  if (direction === 'after') {
    const begin = keys.filter((other) => compare(other, key) <= 0).length;
    return [begin, begin + limit];
  }
  const end = keys.filter((other) => compare(other, key) < 0).length;
  return [Math.max(0, end - limit), end];
}

/** @returns less than 0 if `a` comes first */
export function compare(a: Key, b: Key): number {
  for (const [part, value] of a.entries()) {
    const other = b[part];
    if (other === undefined || value === other) continue;
    return value < other ? -1 : 1;
  }
  return 0;
}

type Place = readonly [Direction, Key];

function writePlace(direction: Direction, key: Key): string {
  return Buffer.from(JSON.stringify([direction, key])).toString('base64url');
}

function readPlace(at: string, place: z.ZodMiniType<Key>): Place {
  const { data } = z.safeParse(z.tuple([Direction, place]), parseJson(Buffer.from(at, 'base64url').toString()));
  if (data) return data;
  throw new ChatError('invalid_frame', 'at comes with the addresses of other pages: use those as they are');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
