import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type LocalOptions, type LocalRuntime, startLocal, synthesize } from '#index';
import { waitedForFunctions } from '#lambda/waited-for';
import { type Client, connect } from '../fixture/sockets.ts';

/** A sample that is being served, as `parley-local serve` does: synthesized by the command of its `cdk.json`. */
export interface ServedSample {
  readonly runtime: LocalRuntime;
  /** The lines for the person who runs it. */
  readonly lines: readonly string[];
  /** The value of the one output whose name ends so. */
  output(name: string): string;
  stop(): Promise<void>;
}

export async function serveSample(name: string, options: Partial<LocalOptions> = {}): Promise<ServedSample> {
  const projectDirectory = join(import.meta.dirname, name);
  // Inside the project, as of the command.
  await mkdir(join(projectDirectory, '.local'), { recursive: true });
  const data = await mkdtemp(join(projectDirectory, '.local', 'test-'));
  const remove = () => rm(data, { recursive: true, force: true, maxRetries: 5 });
  const assemblyDirectory = join(data, 'cdk.out');
  const lines: string[] = [];
  try {
    await synthesize({ projectDirectory, assemblyDirectory });
    const log = (line: string) => void lines.push(line);
    const runtime = await startLocal({ assemblyDirectory, dataDirectory: data, port: 0, log, ...options });
    runtime.functions.warm(waitedForFunctions(runtime.stack));
    return {
      runtime,
      lines,
      output(suffix) {
        const [value, another] = Object.entries(runtime.outputs).flatMap(([key, text]) =>
          key.endsWith(suffix) ? [text] : [],
        );
        if (value === undefined || another !== undefined) throw new Error(`there is not one output ${suffix}`);
        return value;
      },
      async stop() {
        await runtime.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** A client that waits as long as functions need for their first start on a busy machine. */
export async function enter(url: string, options?: Parameters<typeof connect>[2]): Promise<Client> {
  const client = await connect(url, [], options);
  return { ...client, next: () => client.next(30) };
}
