import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Faults } from '#faults';
import { type Runtime, startRuntime, temporaryFolder } from '../dynamodb/runtime.ts';
import { lambda, role, table } from '../dynamodb/template.ts';

/** What the function under test does with a batch. It reads this at every invocation. */
export interface Plan {
  /** Throws when one of these is in the batch. */
  readonly throwOn?: readonly string[];
  /** Reports these as batchItemFailures. */
  readonly report?: readonly string[];
  /** Returns this. */
  readonly answer?: unknown;
}

/** The sort keys of one invocation's records. */
export type Batch = readonly string[];

export interface Fixture {
  readonly runtime: Runtime;
  readonly folder: string;
  plan(plan: Plan): void;
  /** All invocations so far. */
  batches(): Batch[];
  /** The events of all invocations so far. */
  events(): { Records: Record<string, unknown>[] }[];
  put(sk: string, more?: Record<string, unknown>): Promise<void>;
  /** At once, so that the reader of the stream finds all of them however slow the machine is. */
  putTogether(...sks: readonly string[]): Promise<void>;
  /** The documents in the failure queue. */
  deadLetters(): Promise<Record<string, Record<string, unknown>>[]>;
  stop(): Promise<void>;
  /** Stops without removing the folder. */
  pause(): Promise<void>;
}

const handler = `
import { appendFileSync, readFileSync } from 'node:fs';
export const handler = async (event) => {
  appendFileSync(process.env.SEEN, JSON.stringify(event) + '\\n');
  const { throwOn = [], report = [], answer } = JSON.parse(readFileSync(process.env.PLAN, 'utf8'));
  const name = (record) => record.dynamodb.Keys.sk.S;
  const poison = event.Records.map(name).find((sk) => throwOn.includes(sk));
  if (poison) throw new Error('poison: ' + poison);
  if (answer !== undefined) return answer;
  const failed = event.Records.filter((record) => report.includes(name(record)));
  return { batchItemFailures: failed.map((record) => ({ itemIdentifier: record.dynamodb.SequenceNumber })) };
};
`;

const streamArn = { 'Fn::GetAtt': ['Table', 'StreamArn'] };
const queueArn = { 'Fn::GetAtt': ['Failed', 'Arn'] };
export const streamReads = {
  Effect: 'Allow',
  Action: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
  Resource: streamArn,
};
const allStreams = { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Table', 'Arn'] }, '/stream/*']] };
const listStreams = { Effect: 'Allow', Action: 'dynamodb:ListStreams', Resource: allStreams };
const sendFailed = { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: queueArn };

/** A function on the table's stream with these mapping properties. By default, retries wait a hundredth of the usual time. */
export async function startFixture(
  mapping: Record<string, unknown> = {},
  options: { folder?: string; faults?: Partial<Faults>; statements?: object[]; timeScale?: number } = {},
): Promise<Fixture> {
  const folder = options.folder ?? temporaryFolder();
  const code = join(folder, 'code');
  const [seen, planned] = [join(folder, 'seen.jsonl'), join(folder, 'plan.json')];
  mkdirSync(code, { recursive: true });
  writeFileSync(join(code, 'index.mjs'), handler);
  writeFileSync(seen, '', { flag: 'a' });
  if (!existsSync(planned)) writeFileSync(planned, '{}');
  const runtime = await startRuntime({
    dataDirectory: join(folder, 'data'),
    codeDirectories: { Notify: code },
    timeScale: options.timeScale ?? 100,
    faults: options.faults,
    template: {
      Resources: {
        Table: table,
        Failed: { Type: 'AWS::SQS::Queue', Properties: { MessageRetentionPeriod: 1_209_600 } },
        NotifyRole: role([], { more: options.statements ?? [streamReads, listStreams, sendFailed] }),
        Notify: lambda('NotifyRole', { SEEN: seen, PLAN: planned }),
        WriterRole: role(['dynamodb:PutItem', 'dynamodb:DeleteItem', 'dynamodb:UpdateItem']),
        Writer: lambda('WriterRole'),
        Mapping: {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: {
            FunctionName: { Ref: 'Notify' },
            EventSourceArn: streamArn,
            StartingPosition: 'TRIM_HORIZON',
            DestinationConfig: { OnFailure: { Destination: queueArn } },
            ...mapping,
          },
        },
      },
    },
  });
  const writer = runtime.client('Writer');
  const TableName = runtime.context.stack.ref('Table');
  const queue = runtime.context.stack.arn('Failed').split(':').at(-1) ?? '';
  const events = () =>
    readFileSync(seen, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line): { Records: Record<string, unknown>[] } => JSON.parse(line));
  return {
    runtime,
    folder,
    events,
    plan: (plan) => writeFileSync(planned, JSON.stringify(plan)),
    batches: () => events().map(({ Records }) => Records.map((record) => Object(record.dynamodb).Keys.sk.S)),
    async put(sk, more = {}) {
      await writer.send(new PutCommand({ TableName, Item: { pk: 'room', sk, ...more } }));
    },
    async putTogether(...sks) {
      const TransactItems = sks.map((sk) => ({ Put: { TableName, Item: { pk: 'room', sk } } }));
      await writer.send(new TransactWriteCommand({ TransactItems }));
    },
    async deadLetters() {
      const path = join(runtime.context.dataDirectory, 'sqs', `${queue}.json`);
      const messages: { body: string }[] = JSON.parse(readFileSync(path, 'utf8'));
      return messages.map(({ body }) => JSON.parse(body));
    },
    pause: () => runtime.stop(),
    async stop() {
      await runtime.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
