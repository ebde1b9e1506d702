import type { Stack } from '@parley/local';
import type { ColdStart } from '#test/support/cold-starts';
import { type Bar, showRange } from './bars.ts';
import type { Bundle, Contents } from './bundles.ts';
import { type MeasuredCreate, ownUnits, posts, readsOf, readUnits, writeUnits } from './create.ts';
import { dollars } from './dollars.ts';
import { type Measured, median, range } from './measure.ts';

/** A run of all benchmarks. */
export interface Results {
  readonly stack: Stack;
  readonly creates: readonly MeasuredCreate[];
  readonly others: readonly Measured[];
  readonly bundles: readonly Bundle[];
  readonly contents: Contents;
  readonly coldStarts: readonly ColdStart[];
  readonly bars: readonly Bar[];
}

/** Calls of the AWS SDK that a function makes; what S3 hears of browsers is none. */
const calls = [
  /^dynamodb\.(GetItem|BatchGetItem|PutItem|UpdateItem|Query)$/,
  /^connections\.(post|delete)$/,
  /^s3\.(GetObject|CopyObject|HeadObject|PutObject)$/,
];

/** The part of the report that the README shows. */
export function createTable({ creates, stack }: Pick<Results, 'creates' | 'stack'>): string {
  return table(
    ['members, with a device', 'write units', 'read units', 'posts', '$ per million messages', 'of that API Gateway'],
    creates.map((create) => {
      const { total, gateway } = dollars(create, stack);
      return [
        membersOf(create),
        showRange(writeUnits(create)),
        showRange(readUnits(create)),
        showRange(posts(create)),
        money(total),
        `${Math.round((gateway / total) * 100)} %`,
      ];
    }),
  );
}

export function report(results: Results): string {
  const { stack, creates, others, bundles, contents, coldStarts, bars } = results;
  const all = [...creates, ...others];
  const names = stack.functions.map(({ logicalId }) => logicalId);
  return [
    '# What it costs',
    '',
    'Written by `npm run bench -- --write`.',
    'Units are DynamoDB’s own count of each call (`ReturnConsumedCapacity`), calls and posts are counted where the local runtime receives them.',
    'These are the same in an account; milliseconds are not: they were measured on one machine, over its own network, and nothing hangs on them.',
    'Prices: [bench/prices.ts](../bench/prices.ts).',
    '',
    '## A message',
    '',
    createTable(results),
    '',
    'A conversation of two is direct, larger ones are rooms. The author has sent 24 messages before, so that the item which remembers them is as large as it gets.',
    'API Gateway charges for the frame that comes in and for each post; there is no call that posts to several connections at once.',
    'Whom it reached after 150 ms the author is told in a `message_delivered` of its own, and in a large room once for each chunk: these are the posts beyond the devices.',
    '',
    table(
      [
        'members',
        'reads for the membership, and the head for each chunk',
        'for the members’ devices',
        'for the members’ names',
        'together',
      ],
      creates.map((create) => {
        const { membership, members, keys } = readsOf(create);
        return [create.members.toLocaleString('en'), membership, members, keys, showRange(readUnits(create))];
      }),
    ),
    '',
    '## Large rooms',
    '',
    'What the sender’s own call does; the rest is done by functions that nobody waits for. The time until the acknowledgement is compared with that in a room of ten.',
    '',
    largeTable(creates),
    '',
    '## Every operation',
    '',
    'Units and calls of all that follows from it, up to what the stream’s function does.',
    '',
    table(
      ['operation', 'write units', 'read units', 'SDK calls', 'posts', 'invocations', 'S3 calls', 'ms, median (range)'],
      all.map((measured) => [
        measured.name,
        showRange(writeUnits(measured)),
        showRange(readUnits(measured)),
        showRange(range(measured, ...calls)),
        showRange(posts(measured)),
        showRange(range(measured, /^lambda\.invoke:/)),
        showRange(range(measured, /^s3\.[A-Z]\w+$/)),
        showTimes(measured.samples.map(({ ms }) => ms)),
      ]),
    ),
    '',
    '## By function',
    '',
    'Invocations, and the write and read units of all of them.',
    '',
    table(
      ['operation', ...names.map(shortName)],
      all.map((measured) => [
        measured.name,
        ...names.map((name) => {
          const one = (counter: string) => showRange(range(measured, `${counter}:${name}`));
          return one('lambda.invoke') === '0'
            ? ''
            : `${one('lambda.invoke')}: ${one('dynamodb.write-units')} w, ${one('dynamodb.read-units')} r`;
        }),
      ]),
    ),
    '',
    '## Dollars for a million times',
    '',
    'us-east-1; Lambda with the milliseconds measured here at the memory that the template gives. Not in it: connection minutes, data out, S3, logs.',
    '',
    table(
      ['operation', 'DynamoDB', 'Lambda', 'API Gateway', 'together'],
      all.map((measured) => {
        const { dynamodb, lambda, gateway, total } = dollars(measured, stack);
        return [measured.name, ...[dynamodb, lambda, gateway, total].map(money)];
      }),
    ),
    '',
    '## Functions',
    '',
    table(
      ['function', 'bytes, minified', 'ms to load, median (range)'],
      bundles.map(({ functionId, bytes }) => [
        shortName(functionId),
        bytes.toLocaleString('en'),
        showTimes(coldStarts.find((start) => start.functionId === functionId)?.times ?? []),
      ]),
    ),
    '',
    'What is in the socket function:',
    '',
    table(
      ['package', 'bytes', 'share'],
      contents.packages
        .slice(0, 10)
        .map(({ name, bytes }) => [
          name,
          bytes.toLocaleString('en'),
          `${((bytes / contents.bytes) * 100).toFixed(1)} %`,
        ]),
    ),
    '',
    '## Bars',
    '',
    'A test fails when one of these is not met (test/flow/cost.test.ts; the largest sizes only in `npm run bench`).',
    '',
    table(
      ['', 'bar', 'seen'],
      bars.map(({ name, met, seen }) => [met ? 'met' : '**NOT met**', name, seen]),
    ),
    '',
  ].join('\n');
}

function largeTable(creates: readonly MeasuredCreate[]): string {
  const time = ({ samples }: Measured) => median(samples.map(({ ms }) => ms));
  const ten = creates.find(({ members }) => members === 10);
  return table(
    [
      'members, with a device',
      'sender’s write units',
      'sender’s read units',
      'chunks',
      'devices that got it once',
      'time',
    ],
    creates.map((create) => {
      const { written, read } = ownUnits(create);
      const ratio = ten ? `${(time(create) / time(ten)).toFixed(1)}×` : '';
      const right = `${(create.connections - create.wrong).toLocaleString('en')} of ${create.connections.toLocaleString('en')}`;
      return [membersOf(create), showRange(written), showRange(read), create.chunks, right, ratio];
    }),
  );
}

function membersOf({ members, connections }: MeasuredCreate): string {
  const [all, here] = [members, connections].map((count) => count.toLocaleString('en'));
  return all === here ? `${all}` : `${all}, ${here}`;
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function shortName(functionId: string): string {
  return functionId
    .replace(/Function$/, '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-')
    .toLowerCase();
}

function money(amount: number): string {
  return amount.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function showTimes(times: readonly number[]): string {
  const show = (ms: number) => ms.toFixed(ms < 10 ? 1 : 0);
  return `${show(median(times))} (${show(Math.min(...times))}–${show(Math.max(...times))})`;
}
