import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Context } from '#context';
import type { Stage } from './stages.ts';

export interface AccessLog {
  /** Writes the stage's format with these `$context` variables. As on AWS, a variable without a value becomes `-`. */
  write(stage: Stage, variables: Readonly<Record<string, unknown>>): void;
  stop(): Promise<void>;
}

/** The stages' access logs, one file per log group: `<data>/logs/aws-lambda-Name.log` for `/aws/lambda/Name`. */
export function createAccessLog({ dataDirectory }: Pick<Context, 'dataDirectory'>): AccessLog {
  const files = new Map<string, WriteStream>();

  function openFile(destination: string): WriteStream {
    const group = /:log-group:([^:]+)/.exec(destination)?.[1] ?? destination;
    const path = join(dataDirectory, 'logs', `${group.replace(/^\//, '').replaceAll('/', '-')}.log`);
    const open = files.get(path);
    if (open) return open;
    mkdirSync(dirname(path), { recursive: true });
    const file = createWriteStream(path, { flags: 'a' });
    // Requests are served even if the log cannot be written.
    file.on('error', () => undefined);
    files.set(path, file);
    return file;
  }

  return {
    write(stage, variables) {
      if (stage.accessLog)
        openFile(stage.accessLog.destination).write(`${fillTemplate(stage.accessLog.format, variables)}\n`);
    },
    async stop() {
      await Promise.all([...files.values()].map((file) => new Promise<void>((resolve) => file.end(() => resolve()))));
    },
  };
}

/** Replaces `$context.<name>` in an access log format or a mapping template. */
export function fillTemplate(template: string, variables: Readonly<Record<string, unknown>>): string {
  return template.replace(/\$context\.([A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*)*)/g, (_match, name: string) =>
    String(variables[name] ?? '-'),
  );
}
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * `requestTime` of events and access logs, in the common log format: `19/Jan/2023:21:13:26 +0000`.
 * @param epoch milliseconds
 */
export function commonLogTime(epoch: number): string {
  const [, year, month, day, time] = /^(\d+)-(\d+)-(\d+)T([\d:]+)/.exec(new Date(epoch).toISOString()) ?? [];
  return `${day}/${months[Number(month) - 1]}/${year}:${time} +0000`;
}
