import type { Stack } from '@parley/local';
import type { ColdStart } from '#test/support/cold-starts';
import { type Bar, showRange } from './bars.ts';
import type { Bundle, Contents } from './bundles.ts';
import { type MeasuredCreate, ownUnits, posts, readsOf, readUnits, writeUnits } from './create.ts';
import { type Measured, range } from './measure.ts';
import { median } from './median.ts';
import { awsLike, typicalPath, type Until } from './path.ts';
import { dollars } from './prices.ts';
import { table } from './table.ts';

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

/** Calls of the AWS SDK by functions. Uploads from browsers to S3 are not among them. */
const calls = [
  /^dynamodb\.(GetItem|BatchGetItem|PutItem|UpdateItem|Query)$/,
  /^connections\.(post|delete)$/,
  /^s3\.(GetObject|CopyObject|HeadObject|PutObject)$/,
];

/** The part of the report that the README shows. */
export function createTable({ creates, stack }: Pick<Results, 'creates' | 'stack'>): string {
  return table(
    [
      'members, with a connection',
      'write units',
      'read units',
      'posts',
      '$ per million messages',
      'share of API Gateway',
    ],
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

/** @param deployment the part about a whole deployment, which bench/deployment writes */
export function report(results: Results, deployment: string): string {
  const { stack, creates, others, bundles, contents, coldStarts, bars } = results;
  const all = [...creates, ...others];
  const delays = Object.entries(awsLike)
    .map(([name, ms]) => `${name} ${ms} ms`)
    .join(', ');
  const names = stack.functions.map(({ logicalId }) => logicalId);
  return [
    '# What it costs',
    '',
    'Written by `npm run bench -- --write`.',
    'Units are DynamoDB’s own count of each call (`ReturnConsumedCapacity`). Calls and posts are counted where the local runtime receives them.',
    'Units, calls and posts are the same in an AWS account. Milliseconds are not: they were measured on one machine, over its own network, and no bar depends on them.',
    'Prices: [bench/prices.ts](../bench/prices.ts).',
    '',
    deployment,
    '',
    '## A message',
    '',
    createTable(results),
    '',
    'Conversations of up to twelve are named by their members, larger ones are rooms. The author has sent 24 messages before, so that their idempotency window is full.',
    'API Gateway charges for the frame that comes in and for each post. It has no call that posts to several connections at once.',
    'Where more than 16 other connections are open, the author learns of deliveries from one `message_delivered` after the acknowledgement, in a large room from one for each chunk. So there are more posts than connections.',
    '',
    table(
      [
        'members',
        'reads for the membership, and the conversation state for each chunk',
        'for the members’ connections',
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
    'What the sender’s own call does. Other functions do the rest, and nobody waits for them. The time until the acknowledgement is compared with the time in a room of ten.',
    '',
    largeTable(creates),
    '',
    'Coming, going and joining cost there a person’s own first events, and the number of people online for all now and then: `npm run bench:town`, with its figures in [scaling.md](scaling.md#coming-and-going-in-a-large-room).',
    '',
    '## Every operation',
    '',
    'Units and calls of the operation and everything that follows from it, including the stream’s function.',
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
    '## What waits for what',
    '',
    `Calls to DynamoDB of which each began after the former had ended, from the runtime’s record of its calls. Milliseconds with delays like those of AWS (${delays}), beside what this machine needs itself; the median.`,
    '',
    table(
      [
        'operation',
        'in a row before the first post',
        'ms until it',
        'in a row before the answer',
        'ms until it is there',
      ],
      all.map((measured) => {
        const { firstPost, answer } = typicalPath(measured.paths);
        const ms = (until: Until) => Math.round(until.ms);
        return [
          measured.name,
          firstPost ? showChain(firstPost) : '',
          firstPost ? ms(firstPost) : '',
          showChain(answer),
          ms(answer),
        ];
      }),
    ),
    '',
    '## By function',
    '',
    'Invocations of each function, and the write and read units of all of them.',
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
    'Prices of us-east-1. Lambda is computed from the milliseconds measured here and the memory in the template. Not included: connection minutes, data out, S3, logs.',
    '',
    table(
      ['operation', 'DynamoDB', 'Lambda', 'API Gateway', 'SQS', 'together'],
      all.map((measured) => {
        const { dynamodb, lambda, gateway, sqs, total } = dollars(measured, stack);
        return [measured.name, ...[dynamodb, lambda, gateway, sqs, total].map(money)];
      }),
    ),
    '',
    '## Functions',
    '',
    table(
      ['function', 'bytes that a cold start loads', 'ms to load, median (range)'],
      bundles.map(({ functionId, bytes }) => [
        shortName(functionId),
        bytes.toLocaleString('en'),
        showTimes(coldStarts.find((start) => start.functionId === functionId)?.times ?? []),
      ]),
    ),
    '',
    'What a cold start of the socket function loads:',
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
    'test/flow/cost.test.ts fails when a bar is not met. Only `npm run bench` measures the largest sizes.',
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
      'members, with a connection',
      'sender’s write units',
      'sender’s read units',
      'chunks',
      'connections that got it once',
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

function shortName(functionId: string): string {
  return functionId
    .replace(/Function$/, '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-')
    .toLowerCase();
}

/** Like `5`, or `6: 2 socket, 4 notify` when several functions take part. */
function showChain({ roundTrips, byFunction }: Until): string {
  const parts = Object.entries(byFunction).map(([functionId, count]) => `${count} ${shortName(functionId)}`);
  return parts.length > 1 ? `${roundTrips}: ${parts.join(', ')}` : `${roundTrips}`;
}

function money(amount: number): string {
  return amount.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function showTimes(times: readonly number[]): string {
  const show = (ms: number) => ms.toFixed(ms < 10 ? 1 : 0);
  return `${show(median(times))} (${show(Math.min(...times))}–${show(Math.max(...times))})`;
}
