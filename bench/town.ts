/**
 * `npm run bench:town`: a room of thousands. Members come for the first time, write, go and come back, and new people join. It prints what each of these
 * costs for each person: posts, DynamoDB's units, processor time; and whether every message came to everybody once.
 * `-- write return` runs only these parts (of `enter`, `write`, `return`, `join`); the room is always filled first.
 * TOWN_MEMBERS=5000 TOWN_HERE=1000 TOWN_WRITERS=20 TOWN_EACH=3 TOWN_JOINS=1000 are the defaults.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type LocalRuntime, startLocal, synthesize } from '@parley/local';
import { LocalOutputs } from '#bin/local-outputs';
import { getConversationState } from '#lambdas/store/conversation-state';
import { tokenSigner } from '#test/support/sign-token';
import { inBatches, openStage, type Stage } from '#test/support/stage';
import { untilIdle } from '#test/support/until-idle';
import { median } from './median.ts';
import { seat } from './scenes.ts';
import type { PersonToCome, Task, TaskDone } from './town-crowd.ts';

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
const size = (name: string, fallback: number) => Number(process.env[`TOWN_${name}`] ?? fallback);
const members = size('MEMBERS', 5_000);
const here = size('HERE', 1_000);
const writers = size('WRITERS', 20);
const each = size('EACH', 3);
const joins = size('JOINS', 1_000);
const room = 'room:town';
/** Within a minute, if the machine can. */
const joinsPerSecond = joins / 60;
const log = (line: string) => console.error(`… ${line}`);

/** Seconds of processor time of this process with its workers, and of the tables' engine; without the crowd. */
function cpuSeconds(crowd: ChildProcess): number {
  const { user, system } = process.cpuUsage();
  const ticks = readdirSync('/proc').reduce((sum, pid) => sum + (/^\d+$/.test(pid) ? childTicks(pid, crowd) : 0), 0);
  return (user + system) / 1e6 + ticks / 100;
}

function childTicks(pid: string, crowd: ChildProcess): number {
  try {
    // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the fields behind the name of the program
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    const isOurs = Number(fields[1]) === process.pid && Number(pid) !== crowd.pid;
    return isOurs ? Number(fields[11]) + Number(fields[12]) : 0;
  } catch {
    return 0;
  }
}

interface Town {
  readonly runtime: LocalRuntime;
  readonly stage: Stage;
  readonly crowd: ChildProcess;
  readonly people: readonly PersonToCome[];
  readonly newcomers: readonly PersonToCome[];
}

function ask(crowd: ChildProcess, task: Task): Promise<TaskDone> {
  crowd.send(task);
  return new Promise((done, failed) => {
    crowd.once('message', (answer) => done(answer as TaskDone));
    crowd.once('exit', () => failed(new Error('the crowd has died')));
  });
}

/** Resolves when the last number of people online has been told. */
async function untilCounted({ runtime, stage }: Town): Promise<void> {
  do {
    await pause(200);
    await untilIdle(runtime);
  } while ((await getConversationState(stage.store, room)).presence?.due);
  await untilIdle(runtime);
}

/** Runs a part, and prints what it cost. @param per persons or messages to divide by */
async function measure(town: Town, name: string, per: { count: number; what: string }, task: Task): Promise<void> {
  const { runtime, crowd } = town;
  await untilCounted(town);
  await ask(crowd, { task: 'tell' });
  runtime.counters.reset();
  const cpu = cpuSeconds(crowd);
  const done = await ask(crowd, task);
  await untilIdle(runtime);
  const used = cpuSeconds(crowd) - cpu;
  await untilCounted(town);
  const told = await ask(crowd, { task: 'tell' });
  const counts = runtime.counters.snapshot();
  const sum = (pattern: RegExp) =>
    Object.entries(counts).reduce((total, [counter, count]) => total + (pattern.test(counter) ? count : 0), 0);
  const each = (value: number) => (value / per.count).toFixed(2);
  const by = (fn: string) =>
    `${counts[`dynamodb.write-units:${fn}Function`] ?? 0} w ${counts[`dynamodb.read-units:${fn}Function`] ?? 0} r`;
  const functions = ['Socket', 'Notify', 'CountOnline', 'FanOut', 'Deliver'];
  console.log(`${name}: ${per.count} ${per.what}s in ${(done.ms / 1_000).toFixed(1)} s, ${done.failed} failed`);
  console.log(`  posts            ${sum(/^connections\.post$/)} = ${each(sum(/^connections\.post$/))} a ${per.what}`);
  console.log(`  of these, counts ${told.counts}, the last: ${told.online ?? 'none'} online`);
  console.log(
    `  write units      ${sum(/^dynamodb\.write-units$/)} = ${each(sum(/^dynamodb\.write-units$/))} a ${per.what}`,
  );
  console.log(
    `  read units       ${sum(/^dynamodb\.read-units$/)} = ${each(sum(/^dynamodb\.read-units$/))} a ${per.what}`,
  );
  console.log(`  units by function ${functions.map((fn) => `${fn} ${by(fn)}`).join(', ')}`);
  console.log(`  counts made      ${counts['lambda.invoke:CountOnlineFunction'] ?? 0}`);
  console.log(`  processor        ${used.toFixed(1)} s = ${((used * 1_000) / per.count).toFixed(1)} ms a ${per.what}`);
  if (done.delivered === 0) return;
  const sorted = [...done.last].sort((a, b) => a - b);
  console.log(`  deliveries       ${done.delivered}, ${done.lost} lost, ${done.doubled} doubled`);
  console.log(
    `  to the last      ${median(done.last).toFixed(0)} ms (median), ${sorted.at(-1)?.toFixed(0)} ms (slowest)`,
  );
  console.log(`  processor        ${((used * 1_000) / done.delivered).toFixed(3)} ms a delivery`);
}

async function open(runtime: LocalRuntime, assemblyDirectory: string): Promise<Town> {
  const stage = await openStage(runtime, { assemblyDirectory });
  const sign = await tokenSigner(runtime);
  const toCome = (name: string, count: number) =>
    inBatches(
      Array.from({ length: count }, (_, index) => `${name}${index}`),
      100,
      async (username) => ({
        username,
        token: await sign(username),
      }),
    );
  const [people, newcomers] = [await toCome('here', here), await toCome('new', joins)];
  log(`filling a room of ${members.toLocaleString('en')}`);
  const absent = Array.from({ length: members - here }, (_, index) => ({ username: `absent${index}` }));
  await seat(stage, room, [...people, ...absent]);
  const { WebSocketUrl } = LocalOutputs.parse(runtime.outputs);
  const crowd = fork(join(import.meta.dirname, 'town-crowd.ts'), [WebSocketUrl, room], {
    execArgv: ['--import', 'tsx'],
  });
  return { runtime, stage, crowd, people, newcomers };
}

async function runTown(town: Town, parts: ReadonlySet<string>): Promise<void> {
  const { crowd, people, newcomers } = town;
  const enter = { task: 'enter', people, perSecond: Number.MAX_SAFE_INTEGER } as const;
  const person = (count: number) => ({ count, what: 'person' });
  if (parts.has('enter')) await measure(town, 'enter: members come for the first time', person(here), enter);
  else await ask(crowd, enter);
  if (parts.has('write')) {
    const authors = people.slice(0, writers).map(({ username }) => username);
    const messages = { count: authors.length * each, what: 'message' };
    await measure(town, `write: ${here} here, ${writers} writers`, messages, { task: 'write', writers: authors, each });
  }
  if (parts.has('return')) {
    await measure(town, 'go: everybody’s socket closes', person(here), { task: 'leave' });
    await measure(town, 'return: everybody comes back', person(here), enter);
  }
  if (parts.has('join')) {
    const join = { task: 'enter', people: newcomers, perSecond: joinsPerSecond } as const;
    await measure(town, `join: new people, ${here} here`, person(joins), join);
  }
}

const chosen = process.argv.slice(2);
const parts = new Set(chosen.length > 0 ? chosen : ['enter', 'write', 'return', 'join']);
const folder = mkdtempSync(join(tmpdir(), 'parley-town-'));
const assemblyDirectory = join(folder, 'cdk.out');
log('synthesizing the stack');
await synthesize({ projectDirectory: resolve(import.meta.dirname, '..'), assemblyDirectory });
const runtime = await startLocal({ assemblyDirectory, dataDirectory: join(folder, 'data'), port: 0 });
try {
  const town = await open(runtime, assemblyDirectory);
  await runTown(town, parts);
  town.crowd.kill();
  await town.stage.stop();
} finally {
  await runtime.stop();
  rmSync(folder, { recursive: true, force: true });
}
