/** Following the addresses of pages while the list changes: whoever stays in the list is met once. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { compare, listPage } from '#lambdas/http/list-page';

const services = { config: { httpUrl: 'https://any' } } as Parameters<typeof listPage>[0];
const Place = z.tuple([z.number(), z.string()]);
type Key = z.infer<typeof Place>;

function page(list: readonly Key[], limit: number, address: string | null | undefined) {
  const query: Record<string, string> = Object.fromEntries(new URL(address ?? 'https://any/list').searchParams);
  const request = { address: { path: '/list', query }, query: { limit, at: query.at, offset: 0 } };
  return listPage(services, request, list, (key) => key, Place);
}

const key = fc.tuple(fc.integer({ min: -3, max: 3 }), fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'));
const keys = fc.uniqueArray(key, { maxLength: 30, selector: String });
/** What happens between two pages. */
const change = fc.record({
  added: fc.array(key, { maxLength: 3 }),
  removed: fc.array(fc.nat({ max: 40 }), { maxLength: 4 }),
});

it.each(['next', 'previous'] as const)(
  '%s leads past nobody and to nobody twice, whatever changes in between',
  (direction) => {
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 5 }), fc.infiniteStream(change), (start, limit, changes) => {
        const inOrder = (list: readonly Key[]) =>
          [...new Map(list.map((one) => [String(one), one])).values()].sort(compare);
        let list = inOrder(start);
        const met: string[] = [];
        let staying = new Set(list.map(String));
        // The way back begins at the end, which is behind every key.
        const end = `https://any/list?at=${Buffer.from(JSON.stringify(['before', [9, 'z']])).toString('base64url')}`;
        for (let address: string | null | undefined = direction === 'next' ? undefined : end; address !== null; ) {
          const found: ReturnType<typeof page> = page(list, limit, address);
          expect(found.count).toBe(list.length);
          expect(found.slice.length).toBeLessThanOrEqual(limit);
          met.push(...found.slice.map(String));
          address = found[direction];
          const { added, removed } = changes.next().value as { added: Key[]; removed: number[] };
          // Also those that the page has just shown.
          const gone = new Set([
            ...removed.map((place) => String(list[place])),
            ...(removed.length > 2 ? found.slice.map(String) : []),
          ]);
          // Somebody who left and comes again may be met twice.
          list = inOrder([
            ...list.filter((one) => !gone.has(String(one))),
            ...(met.length > 60 ? [] : added.filter((one) => !met.includes(String(one)))),
          ]);
          staying = new Set([...staying].filter((one) => !gone.has(one) || met.includes(one)));
        }
        expect(new Set(met).size).toBe(met.length);
        for (const one of staying) expect(met).toContain(one);
      }),
      { numRuns: 300 },
    );
  },
);

it('without changes the pages are the list, and each names the one before it', () => {
  const list: Key[] = [
    [-2, 'a'],
    [-1, 'a'],
    [-1, 'b'],
    [0, 'a'],
    [1, 'a'],
  ];
  const first = page(list, 2, undefined);
  const second = page(list, 2, first.next);
  const third = page(list, 2, second.next);
  expect([first, second, third].map(({ slice }) => slice)).toEqual([list.slice(0, 2), list.slice(2, 4), list.slice(4)]);
  expect([first.previous, third.next]).toEqual([null, null]);
  expect(page(list, 2, third.previous).slice).toEqual(second.slice);
  expect(page(list, 2, second.previous).slice).toEqual(first.slice);
});

it.each([
  'x',
  '',
  Buffer.from('["after",["a",1]]').toString('base64url'),
  Buffer.from('["on",[1,"a"]]').toString('base64url'),
])('a place that no page gave is refused: %j', (at) => {
  const request = { address: { path: '/list', query: {} }, query: { limit: 1, at, offset: 0 } };
  expect(() => listPage(services, request, [], () => [1, 'a'], Place)).toThrow('use those as they are');
});
