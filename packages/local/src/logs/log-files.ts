import { createWriteStream, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Stack } from '#assembly/stack';
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

export function openLogFiles(options: { directory: string; stack: () => Stack; policies: Policies }): LogFiles {
  const { directory, policies } = options;
  const files = new Map<string, WriteStream>();

  const append = (group: string, text: string) => {
    let file = files.get(group);
    if (!file) {
      const path = join(directory, `${group.replace(/^\//, '').replaceAll('/', '-')}.log`);
      mkdirSync(directory, { recursive: true });
      const { size = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
      if (size > maxFileBytes) renameSync(path, `${path}.old`);
      file = createWriteStream(path, { flags: 'a' });
      // A full disk must not end the runtime; the lines are lost.
      file.on('error', () => files.delete(group));
      files.set(group, file);
    }
    file.write(text);
  };

  return {
    writer(principal, group, stream) {
      const stack = options.stack();
      const groupArn = `arn:aws:logs:${stack.region}:${stack.account}:log-group:${group}`;
      const may = (action: string) => policies.authorize(principal, action, `${groupArn}:log-stream:${stream}`).allowed;
      const exists = stack.byPhysicalId('AWS::Logs::LogGroup', group) !== undefined || may('logs:CreateLogGroup');
      if (!exists || !may('logs:CreateLogStream')) return () => {};
      return (text) => {
        if (may('logs:PutLogEvents')) append(group, text);
      };
    },
    async stop() {
      await Promise.all([...files.values()].map((file) => new Promise<void>((resolve) => file.end(resolve))));
      files.clear();
    },
  };
}
