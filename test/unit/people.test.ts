/** Finds people among random names, in pages of every size. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPeople, type PeoplePage } from '#lambdas/chat/people';
import type { Services } from '#lambdas/runtime/services';
import { foldName } from '#lambdas/store/people-index';
import { createUser, updateProfile } from '#lambdas/store/user';
import { limits } from '#protocol/limits';
import { startDomain } from './engine.ts';

let services: Services;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ services, stop } = await startDomain());
});
afterAll(() => stop());

let runs = 0;

/** Few letters, so that many names begin alike. Some have another order by bytes than by UTF-16. */
const letter = fc.constantFrom('a', 'A', 'ä', 'a\u0308', 'b', ' ', '-', '🌻', '\uffee', 'İ');
const rest = fc.array(letter, { maxLength: 4 }).map((letters) => letters.join(''));
const usernameRest = fc.stringMatching(/^[ab.-]{0,3}$/);

describe('a search', () => {
  it('finds exactly the matching users, each once, in the same order forwards and backwards, with any page size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.record({ user: usernameRest, name: rest, alike: fc.boolean(), renamed: fc.option(rest) }), {
          selector: ({ user }) => user,
          maxLength: 12,
        }),
        fc.array(letter, { maxLength: 2 }),
        fc.integer({ min: 1, max: 5 }),
        async (group, prefix, limit) => {
          // Each run has its own prefix, so that it does not find the people of other runs.
          const start = `p${++runs}.`;
          const people = group.map(({ user, name, alike, renamed }) => ({
            username: start + user,
            names: [name, ...(renamed === null ? [] : [renamed])].map((one) => (alike ? start + one : `x${one}`)),
          }));
          for (const { username, names } of people) {
            const [name = '', renamed] = names;
            await createUser(services, { username, name });
            if (renamed !== undefined) await updateProfile(services, { username }, { name: renamed });
          }
          const query = start + prefix.join('');
          const expected = people
            .filter(({ username, names }) =>
              [username, names.at(-1) ?? ''].some((name) => foldName(name).startsWith(foldName(query))),
            )
            .map(({ username }) => username);

          const forth: string[] = [];
          let last: PeoplePage | undefined;
          for (let place: Parameters<typeof findPeople>[3] | undefined = { limit }; place; ) {
            last = await findPeople(services, 'viewer', query, place);
            forth.push(...last.people.map(({ username }) => username));
            place = last.after && { after: last.after, limit };
          }
          expect(forth.toSorted()).toEqual(expected.toSorted());

          const back = [...(last?.people ?? [])];
          for (let before = last?.before; before; ) {
            const page = await findPeople(services, 'viewer', query, { before, limit });
            back.unshift(...page.people);
            before = page.before;
          }
          expect(back.map(({ username }) => username)).toEqual(forth);
        },
      ),
      { numRuns: 30 },
    );
  }, 60_000);
});

describe('a name', () => {
  it('of any characters can be listed: neither empty nor longer than a key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: limits.nameLength }), (name) => {
        fc.pre(name.trim() !== '');
        const folded = foldName(name);
        expect(folded).not.toBe('');
        expect(Buffer.byteLength(folded)).toBeLessThanOrEqual(1_024);
      }),
      { numRuns: 2_000 },
    );
  });
});
