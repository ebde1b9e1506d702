import type { LocalOptions, LocalRuntime } from '@parley/local';
import { limits } from '#protocol/limits';
import { measureColdStarts } from '#test/support/cold-starts';
import { openStage } from '#test/support/stage';
import {
  connectBar,
  createBars,
  inboxBar,
  largeBar,
  loadBars,
  logBar,
  readBar,
  scanBar,
  searchBar,
  settingsBar,
  typingBar,
} from './bars.ts';
import { bundles, contentsOf } from './bundles.ts';
import { measureCreate } from './create.ts';
import * as groups from './groups.ts';
import { type Measured, measure, type Operation } from './measure.ts';
import * as operations from './operations.ts';
import * as people from './people.ts';
import type { Results } from './report.ts';
import { fillLog, invite } from './scenes.ts';

/** Numbers of members of rooms in which everybody has a connection. */
const sizes = [2, 10, 100, 1_000, 2_000];
/** Members of a room in which ten have a connection. */
const largestRoom = 10_000;
const longLog = 100_000;

/**
 * Runs every benchmark on a served stack.
 * @param options.times how often each operation is measured
 * @param options.log gets the name of each operation
 */
export async function runAll(
  runtime: LocalRuntime,
  folders: Pick<LocalOptions, 'assemblyDirectory' | 'dataDirectory'>,
  { times, log }: { times: number; log: (line: string) => void },
): Promise<Results> {
  const stage = await openStage(runtime, folders);
  try {
    const others: Measured[] = [];
    const run = async (operation: Operation) => {
      log(operation.name);
      const measured = await measure(runtime, operation, times);
      others.push(measured);
      return measured;
    };

    const scene = (name: string) => operations.pair(stage, name);
    const two = await scene('two');
    const typing = await run(operations.typing(two));
    const read = await run(operations.readMessages(stage, two));
    const settings = await run(operations.changeSettings(stage, two));
    await run(operations.readMarked(two));
    await run(operations.ping(two));
    const connects = [await run(operations.connect(await scene('all'), 'everything', {}, 'unread_count'))];
    const one = await scene('one');
    const to = { conversation: one.conversation };
    connects.push(await run(operations.connect(one, 'one conversation', to, 'last_50_messages')));
    const watching = { notifications: 'all' };
    connects.push(
      await run(operations.connect(await scene('watching'), 'all notifications', watching, 'unread_count')),
    );
    const counting = await scene('counting');
    const count = { notifications: counting.conversation };
    connects.push(
      await run(operations.connect(counting, 'notifications of one', count, 'single_conversation_unread_count')),
    );
    await run(operations.disconnect(await scene('leaving')));
    await run(operations.leave(await scene('going')));
    await run(operations.createOverHttp(await scene('http')));
    await run(operations.upload(await scene('upload')));
    const pinning = await scene('pinning');
    await run(groups.pin(stage, pinning));
    await run(groups.listPinned(pinning));
    await run(await groups.joinByLink(stage, await scene('linking'), times));
    const blocking = await scene('blocking');
    await run(people.block(blocking, false));
    await run(people.block(blocking, true));
    await run(people.rename(blocking));
    await run(await operations.createWatched(await scene('watched')));
    const owner = await operations.withInbox(stage, 50);
    const inbox = await run(operations.inbox(owner, 50));
    connects.push(await run(operations.connectWithInbox(owner, 50)));

    log(`create, with ${longLog.toLocaleString('en')} entries in the log`);
    const [short, long] = [await invite(stage, 'short', 2), await scene('long')];
    await fillLog(stage, long.conversation, long.author.person.username, longLog);
    const none = await measureCreate(stage, short, times, { name: 'create, nothing in the log' });
    const many = await measureCreate(stage, [long.author, long.other], times, {
      name: `create, ${longLog.toLocaleString('en')} entries in the log`,
    });
    log('create, the longest names');
    const longest = await invite(stage, 'n'.repeat(limits.userNameLength - 1), 2);
    const names = await measureCreate(stage, longest, times, {
      name: 'create, user and room with the longest names',
      conversation: `room:${'r'.repeat(limits.roomNameLength)}`,
    });
    others.push(none, many, names);
    await run(operations.history(`history, 50 of ${longLog.toLocaleString('en')}`, long));
    const { searchEntries } = limits;
    const search = await run(
      operations.search(`search, a page, ${searchEntries} of ${longLog.toLocaleString('en')}`, long),
    );

    log(`inviting ${Math.max(...sizes).toLocaleString('en')} people`);
    const guests = await invite(stage, 'guest', Math.max(...sizes));
    const creates = [];
    for (const size of sizes) {
      log(`create, ${size.toLocaleString('en')} members`);
      creates.push(await measureCreate(stage, guests.slice(0, size), times));
    }

    log(`create, ${largestRoom.toLocaleString('en')} members`);
    const absent = Array.from({ length: largestRoom - 10 }, (_, index) => `absent${index}`);
    const name = `create, ${largestRoom.toLocaleString('en')} members, 10 of them here`;
    creates.push(await measureCreate(stage, guests.slice(0, 10), times, { name, absent }));

    log('cold starts');
    const coldStarts = await measureColdStarts(runtime, times);
    const deployed = bundles(runtime);
    const contents = await contentsOf('socket/index.ts');
    const socketBytes = deployed.find(({ functionId }) => functionId === 'SocketFunction')?.bytes ?? Number.NaN;
    if (contents.bytes !== socketBytes) {
      throw new Error(`unable to say what is in the socket bundle; bench/bundles.ts makes another one than CDK`);
    }
    const bars = [
      ...createBars(creates),
      largeBar(creates),
      logBar(none, many, longLog),
      typingBar(typing),
      readBar(read),
      settingsBar(settings),
      searchBar(search),
      inboxBar(inbox, 50),
      connectBar(connects),
      scanBar([...creates, ...others]),
      ...loadBars(deployed),
    ];
    return { stack: runtime.stack, creates, others, bundles: deployed, contents, coldStarts, bars };
  } finally {
    await stage.stop();
  }
}
