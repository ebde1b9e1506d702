import { createWriteStream, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Stack } from '#assembly/stack';
import type { ReadLog } from '#cloudwatch/read-logs';
import type { Counters } from '#counters';
import type { Principal } from '#iam/access-keys';
import type { Policies } from '#iam/policy';

/** CloudWatch Logs as files: `<data>/logs/aws-lambda-Name.log` for the group `/aws/lambda/Name`. */
export interface LogFiles {
  /**
   * Returns a function that writes a principal's lines. The principal needs `logs:CreateLogStream` and `logs:PutLogEvents`, and the group must
   * exist or the principal may create it. As on AWS, lines without permission are lost without an error.
   */
  writer(principal: Principal, group: string, stream: string): (text: string) => void;
  stop(): Promise<void>;
}

/** A file that is larger when it is opened is renamed to `….old`. */
const maxFileBytes = 10_000_000;

/** Milliseconds for which lines are gathered before they are written, because a busy function logs hundreds in a second. */
const writeIntervalMs = 50;

/** The name of a group's file, without its ending: `aws-lambda-Name` for `/aws/lambda/Name`. */
export const logFileName = (group: string): string => group.replace(/^\//, '').replaceAll('/', '-');

/** Bytes that CloudWatch Logs counts for a line besides its own. https://aws.amazon.com/cloudwatch/pricing/ */
const bytesBesideLine = 26;

/**
 * A folder with one file for each log group.
 * @param counters counts the bytes as CloudWatch Logs does, in `logs.bytes` and `logs.bytes:<group>`
 */
export function openLogFolder(directory: string, counters?: Counters) {
  const files = new Map<string, WriteStream>();
  /** What was appended and not yet written, by log group. */
  const gathered = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;

  const fileOf = (group: string): WriteStream => {
    const known = files.get(group);
    if (known) return known;
    const path = join(directory, `${logFileName(group)}.log`);
    mkdirSync(directory, { recursive: true });
    const { size = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
    if (size > maxFileBytes) renameSync(path, `${path}.old`);
    const file = createWriteStream(path, { flags: 'a' });
    // A full disk must not end the runtime; the lines are lost.
    file.on('error', () => files.delete(group));
    files.set(group, file);
    return file;
  };
  const write = () => {
    clearTimeout(timer);
    timer = undefined;
    for (const [group, text] of gathered) fileOf(group).write(text);
    gathered.clear();
  };

  return {
    append(group: string, text: string): void {
      const lines = text.split('\n').filter((line) => line !== '');
      const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + bytesBesideLine, 0);
      counters?.count('logs.bytes', bytes);
      counters?.count(`logs.bytes:${group}`, bytes);
      gathered.set(group, (gathered.get(group) ?? '') + text);
      timer ??= setTimeout(write, writeIntervalMs);
    },
    async close(): Promise<void> {
      write();
      await Promise.all([...files.values()].map((file) => new Promise<void>((resolve) => file.end(resolve))));
      files.clear();
    },
  };
}

/** @param options.readLog gets the same lines */
export function openLogFiles(options: {
  directory: string;
  stack: () => Stack;
  policies: Policies;
  readLog: ReadLog;
  counters: Counters;
}): LogFiles {
  const { directory, policies, readLog, counters } = options;
  const files = openLogFolder(directory, counters);

  return {
    writer(principal, group, stream) {
      const stack = options.stack();
      const groupArn = `arn:aws:logs:${stack.region}:${stack.account}:log-group:${group}`;
      const may = (action: string) => policies.authorize(principal, action, `${groupArn}:log-stream:${stream}`).allowed;
      const exists = stack.byPhysicalId('AWS::Logs::LogGroup', group) !== undefined || may('logs:CreateLogGroup');
      if (!exists || !may('logs:CreateLogStream')) return () => {};
      return (text) => {
        if (!may('logs:PutLogEvents')) return;
        files.append(group, text);
        readLog(group, text);
      };
    },
    stop: files.close,
  };
}
