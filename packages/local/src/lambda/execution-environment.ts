import { Worker } from 'node:worker_threads';
import type { FunctionConfig } from './function-config.ts';

/** How one run of a handler ended. */
export type Outcome =
  | { readonly ok: true; readonly payload: string }
  | { readonly ok: false; readonly errorType: string; readonly errorMessage: string; readonly timedOut: boolean };

/** A worker thread that holds one function, one event at a time, like a Lambda execution environment. */
export interface ExecutionEnvironment {
  /** Writes to the log that the function writes to. */
  readonly log: (text: string) => void;
  /** Runs one event. Only for one at a time. */
  run(invocation: { requestId: string; event: string; traceId: string }): Promise<Outcome>;
  /** False once the thread has ended or was told to. */
  readonly alive: boolean;
  /** Ends the thread in whatever it does. */
  kill(): Promise<void>;
}

/** Lambda gives the code outside of the handler 10 seconds of its own. */
const initLimit = 10_000;

export function startEnvironment(options: {
  config: FunctionConfig;
  environment: Readonly<Record<string, string>>;
  logStream: string;
  now: () => number;
  log: (text: string) => void;
  /** Called once the code outside of the handler has run, with the milliseconds since the start. */
  onReady?: (took: number) => void;
}): ExecutionEnvironment {
  const { config, logStream, now } = options;
  const started = performance.now();
  const worker = new Worker(new URL('./bootstrap.mjs', import.meta.url), {
    // Not the loaders and flags of the process: a function must run with what is in its folder.
    execArgv: [],
    env: { ...options.environment },
    resourceLimits: { maxOldGenerationSizeMb: config.memoryMegabytes },
    workerData: {
      directory: config.directory,
      handler: config.handler,
      functionName: config.name,
      functionArn: config.arn,
      memory: config.memoryMegabytes,
      logGroup: config.logGroup,
      logStream,
      jsonLogs: config.jsonLogs,
    },
  });

  let alive = true;
  let ready = false;
  let whenReady = () => {};
  let finish: (outcome: Outcome) => void = () => {};
  /** What the thread said of its own end, before it ended. */
  let lastWords: Outcome | undefined;
  let requestId = '';

  worker.on('message', (message: Message) => {
    if (message.kind === 'log') options.log(message.text);
    if (message.kind === 'ready') {
      ready = true;
      options.onReady?.(performance.now() - started);
      whenReady();
    }
    if (message.kind === 'done') finish({ ok: true, payload: message.payload });
    if (message.kind === 'failed') {
      const { errorType, errorMessage } = message;
      lastWords = { ok: false, errorType, errorMessage, timedOut: false };
      if (message.fatal) alive = false;
      if (ready) finish(lastWords);
    }
  });
  worker.on('error', (error) => {
    options.log(`${error.message}\n`);
    if ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')
      lastWords = exited('signal: killed', 'Runtime.OutOfMemory');
  });
  const ended = new Promise<void>((resolve) => {
    worker.on('exit', (code) => {
      alive = false;
      finish(lastWords ?? exited(`exit status ${code}`, 'Runtime.ExitError'));
      resolve();
    });
  });

  function exited(how: string, errorType: string): Outcome {
    const errorMessage = `RequestId: ${requestId} Error: Runtime exited with error: ${how}`;
    return { ok: false, errorType, errorMessage, timedOut: false };
  }

  const environment: ExecutionEnvironment = {
    log: options.log,
    get alive() {
      return alive;
    },
    run(invocation) {
      requestId = invocation.requestId;
      lastWords = undefined;
      return new Promise<Outcome>((resolve) => {
        let timer: NodeJS.Timeout | undefined;
        const limit = config.timeoutSeconds * 1000;
        const timeOut = () => {
          void environment.kill();
          const errorMessage = `${new Date(now()).toISOString()} ${requestId} Task timed out after ${config.timeoutSeconds.toFixed(2)} seconds`;
          finish({ ok: false, errorType: 'Sandbox.Timedout', errorMessage, timedOut: true });
        };
        finish = (outcome) => {
          clearTimeout(timer);
          finish = () => {};
          resolve(outcome);
        };
        const begin = () => {
          clearTimeout(timer);
          timer = setTimeout(timeOut, limit);
          worker.postMessage({ ...invocation, milliseconds: limit });
        };
        if (!alive) return finish(exited('exit status 1', 'Runtime.ExitError'));
        if (ready) return begin();
        whenReady = begin;
        // An init that takes too long is, on AWS, tried again within the invocation's own time.
        timer = setTimeout(timeOut, initLimit + limit);
      });
    },
    async kill() {
      alive = false;
      lastWords ??= exited('signal: killed', 'Runtime.ExitError');
      void worker.terminate();
      await ended;
    },
  };
  return environment;
}

type Message =
  | { kind: 'log'; text: string }
  | { kind: 'ready' }
  | { kind: 'done'; payload: string }
  | { kind: 'failed'; fatal: boolean; errorType: string; errorMessage: string };
