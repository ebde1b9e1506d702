import type { AlarmState } from '#cloudwatch/alarms';
import type { Context } from '#context';
import type { ConnectionInfo } from '#gateway/start';
import type { Refusal, Refusals } from '#iam/refusals';
import type { QueueDepth } from '#sqs/start';
import { describeAlarms } from './alarms.ts';
import { describeConnections } from './connections.ts';
import { describeFunctions } from './functions.ts';
import { listLogs, readLog } from './logs.ts';
import { readMail } from './mail.ts';
import { describeQueues } from './queues.ts';
import { describeResources } from './resources.ts';
import { callsByService, describeTables } from './tables.ts';

/** What the page needs of the runtime. */
export interface Sources {
  readonly context: Context;
  readonly refusals: Refusals;
  readonly connections: () => readonly ConnectionInfo[];
  readonly queues: () => readonly QueueDepth[];
  readonly alarms: () => readonly AlarmState[];
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** All that the page shows. Times are milliseconds since the epoch. It holds no key, no token and no environment variable. */
export type LocalState = Awaited<ReturnType<typeof readState>>;

/** @param log the log to read the end of; none if there is no such log */
export async function readState({ context, refusals, connections, queues, alarms, startedAt }: Sources, log?: string) {
  const { stack, dataDirectory, clock, origin } = context;
  const counts = context.counters.snapshot();
  const logs = `${dataDirectory}/logs`;
  return {
    stack: { name: stack.name, region: stack.region, account: stack.account, origin },
    now: clock.now(),
    startedAt,
    resources: describeResources(stack),
    functions: await describeFunctions(context, counts, logs),
    tables: describeTables(stack, counts),
    calls: callsByService(counts),
    queues: describeQueues(stack, queues()),
    alarms: describeAlarms(stack, alarms()),
    connections: describeConnections(stack, connections()),
    mail: await readMail(`${dataDirectory}/mail`),
    refused: refusals.list() satisfies readonly Refusal[],
    logs: await listLogs(logs),
    log: log === undefined ? undefined : await readLog(logs, log),
  };
}
