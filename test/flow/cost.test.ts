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
  settingsBar,
  typingBar,
} from '#bench/bars';
import { bundles } from '#bench/bundles';
import { measureCreate, writeUnits } from '#bench/create';
import { measureScenes } from '#bench/deployment/scenes';
import type { Units } from '#bench/deployment/units';
import { joinByLink, listPinned, pin } from '#bench/groups';
import { measure } from '#bench/measure';
import {
  changeSettings,
  connect,
  connectWithInbox,
  inbox,
  type Pair,
  pair,
  readMarked,
  readMessages,
  search,
  typing,
  withInbox,
} from '#bench/operations';
import { block, rename } from '#bench/people';
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

  it('of a change of one’s own settings is one write beside its limit, and so is that of reading what was marked as unread', async () => {
    const { runtime } = stage;
    const changed = await measure(runtime, changeSettings(stage, two), 3);
    const read = await measure(runtime, readMarked(two), 3);
    const bars = [settingsBar(changed), useBar('groups', changed), readBar(read), useBar('receipts', read)];
    expect(bars).toEqual(met(bars));
    expect(writeUnits(read)).toMatchObject({ most: 1 });
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

  it('of pinning and of joining by a link is what the limits assume, and a list of pinned messages writes nothing', async () => {
    const { runtime } = stage;
    const pinning = await pair(stage, 'pinning');
    const pinned = await measure(runtime, pin(stage, pinning), 2);
    const listed = await measure(runtime, listPinned(pinning), 2);
    const joined = await measure(runtime, await joinByLink(stage, await pair(stage, 'linking'), 2), 2);
    const bars = [useBar('groups', pinned), useBar('groups', joined), useBar('lists', listed)];
    expect(bars).toEqual(met(bars));
    expect([writeUnits(pinned).most, writeUnits(listed).most]).toEqual([8, 0]);
  });

  it('of a block, its end and a new name is what the limits assume, with all that is told', async () => {
    const { runtime } = stage;
    const blocking = await pair(stage, 'blocking');
    const blocked = await measure(runtime, block(blocking, false), 2);
    const ended = await measure(runtime, block(blocking, true), 2);
    const renamed = await measure(runtime, rename(blocking), 2);
    const bars = [useBar('people', blocked), useBar('people', ended), useBar('profile', renamed)];
    expect(bars).toEqual(met(bars));
  });

  it('of a message through the client is seven frames and posts with typing and reading, and an open page asks for nothing', async () => {
    const options = { typingSeconds: 15, conversations: 3, hours: 2, times: 1 };
    const { typing: typed, sending, reading, idleHour } = await measureScenes(stage, options);
    const counted = ({ writes, reads, messages, requests }: Units) => ({ writes, reads, messages, requests });
    expect(counted(typed)).toEqual({ writes: 0, reads: 2, messages: 2, requests: 0 });
    expect(counted(sending)).toEqual({ writes: 2, reads: 1, messages: 3, requests: 0 });
    expect(counted(reading)).toEqual({ writes: 1, reads: 3, messages: 2, requests: 0 });
    // Six or seven pings, and half of a renewed token and of a new connection.
    expect(idleHour.messages).toBeLessThanOrEqual(9);
    expect([idleHour.requests, idleHour.reads]).toEqual([0, 0]);
  });

  it('of loading the functions for which a connecting client waits is at most 280 and 45 KB', () => {
    const bars = loadBars(bundles(stage.runtime));
    expect(bars).toHaveLength(2);
    expect(bars).toEqual(met(bars));
  });
});
