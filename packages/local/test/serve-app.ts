import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { WebSocket } from 'ws';
import { type LocalOptions, type LocalRuntime, startLocal } from '#start';

// CDK's own check of templates takes three seconds.
process.env.CDK_VALIDATION = 'false';

/** A CDK app that is synthesized and served, in a temporary folder that goes with it. */
export interface ServedApp {
  readonly runtime: LocalRuntime;
  readonly assemblyDirectory: string;
  /** What the runtime printed. */
  readonly lines: readonly string[];
  stop(): Promise<void>;
}

/** @param build adds a stranger's constructs; `folder` is the project, outside of which nothing is written */
export async function serveApp(
  build: (stack: Stack, folder: string) => void,
  options: Partial<LocalOptions> = {},
): Promise<ServedApp> {
  const folder = await mkdtemp(join(tmpdir(), 'served-app-'));
  const app = new App({ outdir: join(folder, 'cdk.out'), analyticsReporting: false });
  build(new Stack(app, 'App'), folder);
  // CDK's check against CloudFormation's rules takes as long as the synthesis.
  process.env.CDK_VALIDATION = 'false';
  app.synth();
  const lines: string[] = [];
  const assemblyDirectory = join(folder, 'cdk.out');
  const runtime = await startLocal({
    assemblyDirectory,
    dataDirectory: join(folder, '.local'),
    port: 0,
    log: (line) => void lines.push(line),
    ...options,
  });
  return {
    runtime,
    assemblyDirectory,
    lines,
    async stop() {
      await runtime.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** Connects, and gathers what comes. */
export async function connect(url: string) {
  const socket = new WebSocket(url);
  const waiting: ((text: string) => void)[] = [];
  const come: string[] = [];
  socket.on('message', (data) => {
    const next = waiting.shift();
    if (next) next(String(data));
    else come.push(String(data));
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return {
    send: (message: unknown) => socket.send(JSON.stringify(message)),
    next: () =>
      new Promise<string>((resolve) => (come.length > 0 ? resolve(come.shift() ?? '') : waiting.push(resolve))),
    close: () => socket.close(),
  };
}
