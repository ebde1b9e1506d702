/** What operations cost, as DynamoDB counts it: the limits of `npm run bench`, without the largest rooms. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { useBar } from '#bench/account-cost';
import {
  type Bar,
  connectBar,
  createBars,
  inboxBar,
  loadBars,
  logBar,
  readBar,
  scanBar,
  searchBar,
  typingBar,
} from '#bench/bars';
import { bundles } from '#bench/bundles';
import { measureCreate } from '#bench/create';
import { measure } from '#bench/measure';
import {
  connect,
  connectWithInbox,
  inbox,
  type Pair,
  pair,
  readMessages,
  search,
  typing,
  withInbox,
} from '#bench/operations';
import { fillLog, invite } from '#bench/scenes';
import { type Chat, startChat } from '../support/chat.ts';
import { openStage, type Stage } from '../support/stage.ts';

const local = !process.env.PARLEY_OUTPUTS;

let chat: Chat;
let stage: Stage;
let two: Pair;
beforeAll(async () => {
  if (!local) return;
  // It counts units, so it has a runtime of its own.
  chat = await startChat({});
  if (!chat.local || !chat.dataDirectory) return;
  stage = await openStage(chat.local, {
    assemblyDirectory: inject('assemblyDirectory'),
  });
  two = await pair(stage, 'two');
});
afterAll(async () => {
  await stage?.stop();
  await chat?.stop();
});

const met = (bars: readonly Bar[]) => bars.map(({ name, seen }) => ({ name, seen, met: true }));

describe.runIf(local)('the cost', () => {
  it('of sending is 2 or 3 write units and one post for each connection, whatever the number of members', async () => {
    const guests = await invite(stage, 'guest', 100);
    const creates = [];
    for (const size of [2, 10, 100]) creates.push(await measureCreate(stage, guests.slice(0, size), 3));
    const bars = [...createBars(creates), scanBar(creates)];
    expect(bars).toEqual(met(bars));
  });

  it('of sending into a log of 100,000 entries is that of an empty log, and the cost of a search is limited', async () => {
    const [short, long] = [await invite(stage, 'short', 2), await invite(stage, 'long', 2)];
    const empty = await measureCreate(stage, short, 3);
    await fillLog(stage, 'long0_long1', 'long0', 100_000, 1_500);
    const bar = logBar(empty, await measureCreate(stage, long, 3), 100_000);
    expect(bar).toEqual({ ...bar, met: true });

    const [author, other] = long;
    if (!author || !other) throw new Error('two were invited');
    const page = search('search', { author, other, conversation: 'long0_long1' });
    const { body } = await author.person.get('/conversations/long0_long1/messages?q=nowhere');
    expect(body).toMatchObject({ count: 0, results: [], next: expect.stringContaining('before=') });
    const searched = await measure(stage.runtime, page, 3);
    const bars = [searchBar(searched), useBar('search', searched)];
    expect(bars).toEqual(met(bars));
  });

  it('of typing is no write, and of reading at most two', async () => {
    const { runtime } = stage;
    const typed = await measure(runtime, typing(two), 3);
    const marked = await measure(runtime, readMessages(stage, two), 3);
    const bars = [typingBar(typed), readBar(marked), useBar('typing', typed), useBar('receipts', marked)];
    expect(bars).toEqual(met(bars));
  });

  it('of a page of the inbox is half a unit for each conversation and person, and of connecting two writes', async () => {
    const { runtime } = stage;
    const owner = await withInbox(stage, 50);
    const listed = await measure(runtime, inbox(owner, 50), 3);
    const connected = await measure(runtime, connectWithInbox(owner, 50), 3);
    const bars = [
      useBar('lists', listed),
      useBar('connects', connected),
      inboxBar(listed, 50),
      connectBar([
        connected,
        await measure(
          runtime,
          connect(two, 'one conversation', { conversation: two.conversation }, 'last_50_messages'),
          3,
        ),
      ]),
    ];
    expect(bars).toEqual(met(bars));
  });

  it('of loading the functions for which a connecting client waits is at most 280 and 45 KB', () => {
    const bars = loadBars(bundles(stage.runtime));
    expect(bars).toHaveLength(2);
    expect(bars).toEqual(met(bars));
  });
});
