import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Inbox, type InboxRow, readInbox } from '#lambdas/chat/inbox';
import { readInboxPlace, writeInboxPlace } from '#lambdas/chat/inbox-address';
import { type InboxPlace, inboxPage, pageOf } from '#lambdas/chat/inbox-page';
import { noteActive } from '#lambdas/delivery/note-active';
import type { Services } from '#lambdas/runtime/services';
import { allocateSeq } from '#lambdas/store/allocate-seq';
import { emptyConversationState } from '#lambdas/store/conversation-state';
import { createMembership, toMembership } from '#lambdas/store/membership';
import { createUser, getUser } from '#lambdas/store/user';
import { limits } from '#protocol/limits';
import { parseConversation } from '#protocol/names';
import { startDomain } from './engine.ts';

let services: Services;
let clock: { now: number };
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ services, clock, stop } = await startDomain());
});
afterAll(() => stop());

const roomOf = (number: number) => `room:r${number}`;

async function join(username: string, number: number): Promise<void> {
  await createMembership(services, username, parseConversation(roomOf(number)), { seq: 0, count: 0 });
}

/** A message as a sender writes and delivers it. @param at ms */
async function say(number: number, to: string, at = clock.now + 1_000): Promise<void> {
  clock.now = Math.max(clock.now, at);
  const message = { user: 'somebody', text: 'Hello', content_type: 'text', at } as const;
  await allocateSeq(services, roomOf(number), message);
  const user = await getUser(services, to);
  if (user) await noteActive(services, roomOf(number), [user]);
}

async function connect(username: string): Promise<Inbox> {
  const user = await getUser(services, username);
  if (!user) throw new Error('there is no such user');
  return readInbox(services, username, { renew: user });
}

async function inBatches(count: number, run: (number: number) => Promise<void>): Promise<void> {
  for (let first = 0; first < count; first += 100) {
    await Promise.all(Array.from({ length: Math.min(100, count - first) }, (_, index) => run(first + index)));
  }
}

const idsOf = (rows: readonly InboxRow[]) => rows.map(({ state }) => state.conversation);

/** The pages from the front to the end. @param between what happens between two pages */
async function allPages(username: string, limit: number, between: () => Promise<void> = async () => {}) {
  const ids: string[] = [];
  let from: InboxPlace | number = 0;
  for (;;) {
    const { rows, next } = await inboxPage(services, username, { from, limit });
    expect(rows.length).toBeLessThanOrEqual(limit);
    ids.push(...idsOf(rows));
    if (!next) return ids;
    from = readInboxPlace(writeInboxPlace(next));
    await between();
  }
}

/** Counts the read units of DynamoDB as half of one for each item that comes back. */
async function itemsRead(run: (counting: Services) => Promise<unknown>): Promise<number> {
  let items = 0;
  const client = new Proxy(services.table.client, {
    get(target, name, receiver) {
      if (name !== 'send') return Reflect.get(target, name, receiver);
      return async (command: Parameters<typeof target.send>[0]) => {
        const answer = await target.send(command);
        if ('Items' in answer && Array.isArray(answer.Items)) items += answer.Items.length;
        if ('Responses' in answer) items += Object.values(answer.Responses ?? {}).flat().length;
        return answer;
      };
    },
  });
  await run({ ...services, table: { ...services.table, client } });
  return items;
}

it('a user with many conversations reads no more of them when they connect than one with as many as are read at once', async () => {
  const most = limits.inboxConversations;
  const users = { few: most, many: 3 * most };
  for (const [username, count] of Object.entries(users)) {
    await createUser(services, { username, name: username, issuer: 'https://issuer.example', sub: username });
    await inBatches(count, (number) => join(username, number));
  }
  const start = clock.now;
  clock.now += 3 * most;
  await inBatches(3 * most, (number) => say(number, 'nobody', start + number));
  // The first connection of all writes the list.
  await connect('many');
  const few = await itemsRead((counting) => readInbox(counting, 'few'));
  const many = await itemsRead((counting) => readInbox(counting, 'many'));
  expect(few).toBe(2 * most);
  expect(many).toBeLessThanOrEqual(3 * most + 1);
  const { rows, hasOlder } = await readInbox(services, 'many');
  expect(hasOlder).toBe(true);
  expect(idsOf(rows)).toEqual(Array.from({ length: most }, (_, index) => roomOf(3 * most - 1 - index)));
});

it('messages that came while the user was away are at the front, however old their conversation was', async () => {
  const most = limits.inboxConversations;
  for (const away of [[3, 250, 90], [4], [], [7, 8], [3]]) {
    const { rows } = await connect('many');
    for (const number of away) await say(number, 'many');
    const front = [...away].reverse().map(roomOf);
    const later = await connect('many');
    expect(idsOf(later.rows).slice(0, front.length)).toEqual(front);
    const rest = idsOf(rows).filter((id) => !front.includes(id));
    expect(idsOf(later.rows).slice(front.length)).toEqual(rest.slice(0, most - front.length));
    expect(later.rows.slice(0, front.length).every(({ unread }) => unread >= 2)).toBe(true);
  }
});

it.each([
  ['few', limits.inboxConversations],
  ['many', 3 * limits.inboxConversations],
] as const)(
  'pages have every conversation once, and all although others become active meanwhile: %s',
  async (username, count) => {
    const all = Array.from({ length: count }, (_, number) => roomOf(number)).sort();
    const still = await allPages(username, 97);
    expect([...still].sort()).toEqual(all);
    let number = 0;
    const moving = await allPages(username, 61, async () => {
      number = (number + 37) % count;
      if (number % 3 !== 0) await say(number, username);
    });
    expect([...new Set(moving)].sort()).toEqual(all);
  },
);

function rowOf(conversation: string, at: number): InboxRow {
  const membership = toMembership({
    ...{ pk: 'USER#ann', sk: `CONV#${conversation}` },
    ...{ role: 'member', read_seq: 0, read_count: 0, ring: {} },
  });
  return { membership, state: { ...emptyConversationState(conversation), seq: 1, at }, unread: 0 };
}

it('whatever becomes active between two pages, no conversation is missed, and those that rest are shown once', () => {
  const rowsOf = (times: readonly number[]) =>
    times
      .map((at, index) => rowOf(roomOf(index), at))
      .sort((a, b) => b.state.at - a.state.at || (a.state.conversation < b.state.conversation ? -1 : 1));
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.option(fc.nat(20), { nil: undefined }), { maxLength: 20 }),
      (first, limit, moves) => {
        const times = [...first];
        let now = 100;
        const seen: string[] = [];
        const moved = new Set<string>();
        const waiting = [...moves];
        let from: Exclude<InboxPlace, { part: 'older' }> | number = 0;
        for (;;) {
          const page = pageOf({ rows: rowsOf(times), hasOlder: false }, { from, limit, now });
          seen.push(...idsOf(page.rows));
          if (!page.next || page.next.part === 'older') break;
          from = page.next;
          const move = waiting.shift();
          if (move !== undefined) {
            times[move % times.length] = ++now;
            moved.add(roomOf(move % times.length));
          }
        }
        expect([...new Set(seen)].sort()).toEqual(times.map((_, index) => roomOf(index)).sort());
        const resting = seen.filter((id) => !moved.has(id));
        expect(new Set(resting).size).toBe(resting.length);
      },
    ),
    { numRuns: 500 },
  );
});
