import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Context } from '#context';
import type { Stage } from './stages.ts';

export interface AccessLog {
  /** Writes the stage's format with these `$context` variables; a variable without a value becomes `-`, as on AWS. */
  write(stage: Stage, variables: Readonly<Record<string, unknown>>): void;
  stop(): Promise<void>;
}

/** Access logs as the stages ask for them, one file per log group: `<data>/logs/aws-lambda-Name.log` for `/aws/lambda/Name`. */
export function createAccessLog({ dataDirectory }: Pick<Context, 'dataDirectory'>): AccessLog {
  const files = new Map<string, WriteStream>();

  function fileOf(destination: string): WriteStream {
    const group = /:log-group:([^:]+)/.exec(destination)?.[1] ?? destination;
    const path = join(dataDirectory, 'logs', `${group.replace(/^\//, '').replaceAll('/', '-')}.log`);
    const open = files.get(path);
    if (open) return open;
    mkdirSync(dirname(path), { recursive: true });
    const file = createWriteStream(path, { flags: 'a' });
    // A log that cannot be written is no reason to refuse requests.
    file.on('error', () => undefined);
    files.set(path, file);
    return file;
  }

  return {
    write(stage, variables) {
      if (stage.accessLog) fileOf(stage.accessLog.destination).write(`${fill(stage.accessLog.format, variables)}\n`);
    },
    async stop() {
      await Promise.all([...files.values()].map((file) => new Promise<void>((resolve) => file.end(() => resolve()))));
    },
  };
}

/** Replaces `$context.<name>` in an access log format or a mapping template. */
export function fill(template: string, variables: Readonly<Record<string, unknown>>): string {
  return template.replace(/\$context\.([A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*)*)/g, (_match, name: string) =>
    String(variables[name] ?? '-'),
  );
}
