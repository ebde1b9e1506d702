import { join } from 'node:path';
import type { Context } from '#context';
import { openLogFolder } from '#logs/log-files';
import type { Stage } from './stages.ts';

export interface AccessLog {
  /** Writes the stage's format with these `$context` variables. As on AWS, a variable without a value becomes `-`. */
  write(stage: Stage, variables: Readonly<Record<string, unknown>>): void;
  stop(): Promise<void>;
}

/** The stages' access logs, one file per log group: `<data>/logs/aws-lambda-Name.log` for `/aws/lambda/Name`. */
export function createAccessLog({
  dataDirectory,
  readLog,
  counters,
}: Pick<Context, 'dataDirectory' | 'readLog' | 'counters'>): AccessLog {
  const files = openLogFolder(join(dataDirectory, 'logs'), counters);
  return {
    write({ accessLog }, variables) {
      if (!accessLog) return;
      const group = /:log-group:([^:]+)/.exec(accessLog.destination)?.[1] ?? accessLog.destination;
      const line = `${fillTemplate(accessLog.format, variables)}\n`;
      files.append(group, line);
      readLog(group, line);
    },
    stop: files.close,
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
