import type { LocalRuntime } from '#local/start';
import { bundleBar, createBars, logBar, readBar, scanBar, typingBar } from './bars.ts';
import { bundles, contentsOf } from './bundles.ts';
import { measureColdStarts } from './cold-starts.ts';
import { measureCreate } from './create.ts';
import { type Measured, measure, type Operation } from './measure.ts';
import * as operations from './operations.ts';
import type { Results } from './report.ts';
import { fillLog, invite } from './scenes.ts';
import { openStage } from './stage.ts';

const sizes = [2, 10, 100, 1_000];
const longLog = 100_000;

/**
 * Runs every benchmark on a served stack.
 * @param options.times how often each operation is measured
 * @param options.log hears what is being done
 */
export async function runAll(
  runtime: LocalRuntime,
  dataDirectory: string,
  { times, log }: { times: number; log: (line: string) => void },
): Promise<Results> {
  const stage = await openStage(runtime, dataDirectory);
  try {
    const others: Measured[] = [];
    const run = async (operation: Operation) => {
      log(operation.name);
      const measured = await measure(runtime, operation, times);
      others.push(measured);
      return measured;
    };

    const two = await operations.pair(stage, 'two');
    const typing = await run(operations.typing(two));
    const read = await run(operations.readMessages(stage, two));
    await run(operations.ping(two));
    const to = { conversation: two.conversation };
    await run(operations.connect(two, 'everything', {}, 'unread_count'));
    await run(operations.connect(two, 'one conversation', to, 'last_50_messages'));
    await run(operations.connect(two, 'all notifications', { notifications: 'all' }, 'unread_count'));
    const watched = { notifications: two.conversation };
    await run(operations.connect(two, 'notifications of one', watched, 'single_conversation_unread_count'));
    await run(operations.disconnect(two));
    await run(operations.createOverHttp(two));
    await run(operations.upload(two));
    await run(await operations.createWatched(await operations.pair(stage, 'watched')));
    await run(await operations.inbox(stage, 50));

    log(`create, with ${longLog.toLocaleString('en')} entries in the log`);
    const [short, long] = [await invite(stage, 'short', 2), await operations.pair(stage, 'long')];
    await fillLog(stage, long.conversation, long.author.person.username, longLog);
    const none = await measureCreate(stage, short, times, { name: 'create, nothing in the log' });
    const many = await measureCreate(stage, [long.author, long.other], times, {
      name: `create, ${longLog.toLocaleString('en')} entries in the log`,
    });
    others.push(none, many);
    await run(operations.history(`history, 50 of ${longLog.toLocaleString('en')}`, long));

    log(`inviting ${Math.max(...sizes).toLocaleString('en')} people`);
    const guests = await invite(stage, 'guest', Math.max(...sizes));
    const creates = [];
    for (const size of sizes) {
      log(`create, ${size.toLocaleString('en')} members`);
      creates.push(await measureCreate(stage, guests.slice(0, size), times));
    }

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
      logBar(none, many, longLog),
      typingBar(typing),
      readBar(read),
      scanBar([...creates, ...others]),
      bundleBar(socketBytes),
    ];
    return { stack: runtime.stack, creates, others, bundles: deployed, contents, coldStarts, bars };
  } finally {
    await stage.stop();
  }
}
