/** Finds people among random names, in pages of every size. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPeople, type PeoplePage } from '#lambdas/chat/people';
import type { Services } from '#lambdas/runtime/services';
import { putItem } from '#lambdas/store/item';
import { foldName } from '#lambdas/store/people-index';
import { createUser, getUser, renewListings, updateProfile } from '#lambdas/store/user';
import { fold } from '#protocol/fold';
import { limits } from '#protocol/limits';
import { encodeUserName } from '#protocol/names';
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

describe('a person', () => {
  const found = async (query: string) =>
    (await findPeople(services, 'viewer', query, { limit: 10 })).people.map(({ username }) => username);

  it.each([
    ['kostas', 'ΚΩΣΤΑΣ', ['ΚΩΣ', 'κως', 'Κώστας', 'κωσ']],
    ['strasser', 'Jo Straßer', ['JO STRASSER', 'jo strasser', 'Jo Straßer', 'jo  stra']],
    ['zoe', 'Zoë\u00a0O’Neil', ["zoe o'ne", 'ZOË O’', 'zo\u00adë']],
    ['ibrahim', 'İbrahim', ['ibr', 'IBR', 'İbr']],
    ['ivan', 'Иван', ['ИВ', 'ив']],
  ])('%s, shown as %j, is found by %j', async (username, name, queries) => {
    await createUser(services, { username, name });
    for (const query of queries) expect(await found(query), query).toEqual([username]);
  });

  it('with a user name of other letters is found by it, however it is written, beside their shown name', async () => {
    const username = encodeUserName('Анна.Ёлкина');
    await createUser(services, { username, name: 'Anna' });
    for (const query of ['Анна', 'анна.елк', 'АННА.Ё', 'ann', username.slice(0, 8)]) {
      expect(await found(query), query).toEqual([username]);
    }
    // The shown name begins alike: the person still comes once.
    await updateProfile(services, { username }, { name: 'анна' });
    expect(await found('анна')).toEqual([username]);
    expect(await found('ann')).toEqual([]);
  });

  it('who is listed as it was before is found so, and by every form of the name when they have come', async () => {
    const username = encodeUserName('журба');
    const pk = `USER#${username}`;
    await putItem(services.table, { pk, sk: 'USERNAME', listed_in: '%', listed_as: username });
    const name = 'Ægir Ößterreich';
    await putItem(services.table, { pk, sk: 'USER', name, listed_in: 'æ', listed_as: name.toLowerCase() });
    for (const query of ['Ægir Ö', 'ægir ößt', username]) expect(await found(query), query).toEqual([username]);
    expect(await found('журба')).toEqual([]);

    const user = await getUser(services, username);
    if (user) await renewListings(services, user);
    for (const query of ['Ægir Ö', 'ægir osst', 'ÆGIR ÖSS', 'Журба', username]) {
      expect(await found(query), query).toEqual([username]);
    }
    const renewed = await getUser(services, username);
    expect(renewed?.listed).toEqual({ name: 'ægir ossterreich', account: 'журба' });
  });

  it('whose name has nothing to search for is not found by the name before', async () => {
    await createUser(services, { username: 'qed', name: 'Wanda' });
    await updateProfile(services, { username: 'qed' }, { name: '\u0301' });
    expect(await found('wanda')).toEqual([]);
    expect(await found('qe')).toEqual(['qed']);
  });
});

describe('a name', () => {
  it('of any characters can be listed: neither empty nor longer than a key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: limits.nameLength }), (name) => {
        fc.pre(fold(name).trim() !== '');
        const folded = foldName(name);
        expect(folded).not.toBe('');
        expect(foldName(folded)).toBe(folded);
        expect(Buffer.byteLength(folded)).toBeLessThanOrEqual(1_024);
      }),
      { numRuns: 2_000 },
    );
  });
});
