import { MessageChannel, Worker } from 'node:worker_threads';
import type { Answering } from '#answer';
import type { AwsHosts } from '#aws-hosts';
import type { FunctionConfig } from './function-config.ts';
import { answerServiceCalls, directPaths } from './service-calls.ts';
import { missingSdkPackage, startFailure } from './start-failure.ts';

export type Outcome =
  | { readonly ok: true; readonly payload: string }
  | {
      readonly ok: false;
      readonly errorType: string;
      readonly errorMessage: string;
      readonly timedOut: boolean;
      readonly throttled?: boolean;
    };

/** A worker thread with one function that handles one event at a time, like a Lambda execution environment. */
export interface ExecutionEnvironment {
  /** Writes to the function's log. */
  readonly log: (text: string) => void;
  /** Handles one event. Wait for its result before the next call. */
  run(invocation: {
    requestId: string;
    event: string;
    traceId: string;
    /** `$LATEST`, or the version that was asked for. */
    version: string;
    /** The ARN that was asked for, with an alias or a version. */
    invokedArn: string;
  }): Promise<Outcome>;
  /** False after the thread has ended or `kill` was called. */
  readonly alive: boolean;
  /** True until the code outside the handler has run. */
  readonly starting: boolean;
  /** Terminates the thread. */
  kill(): Promise<void>;
}

/** By default V8 lets the young generation of a busy thread grow to 48 MB; with 3 a function takes no more CPU. */
const maxYoungGenerationSizeMb = 3;
/** Lambda gives the code outside the handler 10 seconds. */
const initTimeoutMs = 10_000;

export function startEnvironment(options: {
  config: FunctionConfig;
  /** The folder of the code. */
  task: string;
  /** The folder of the layers. */
  opt?: string | undefined;
  environment: Readonly<Record<string, string>>;
  logStream: string;
  now: () => number;
  log: (text: string) => void;
  /** The local services, which the function calls without a connection. Without them it calls all over HTTP. */
  services?: Services;
  /** Gets a line for the person who runs the stack. */
  report?: (line: string) => void;
  /** Called with the name of a package of the AWS SDK that the function did not find. */
  onMissingSdk?: (name: string) => void;
  /** Called when the code outside the handler has run. */
  onReady?: (durationMs: number) => void;
}): ExecutionEnvironment {
  const { config, logStream, now, services } = options;
  const calls = services && openServiceCalls(services);
  const started = performance.now();
  const worker = new Worker(new URL('./bootstrap.mjs', import.meta.url), {
    // Without the process's loaders and flags, because a function must run with the files of its folder alone.
    execArgv: disabledFeatures(config.runtime),
    env: { ...options.environment },
    resourceLimits: { maxOldGenerationSizeMb: config.memoryMegabytes, maxYoungGenerationSizeMb },
    workerData: {
      directory: options.task,
      opt: options.opt,
      handler: config.handler,
      runtime: config.runtime,
      functionName: config.name,
      memory: config.memoryMegabytes,
      logGroup: config.logGroup,
      logStream,
      jsonLogs: config.jsonLogs,
      services: calls,
    },
    transferList: calls ? [calls.port] : [],
  });

  let alive = true;
  let ready = false;
  let onceReady = () => {};
  let finish: (outcome: Outcome) => void = () => {};
  /** The reason that the thread gave for its end. */
  let exitReason: Outcome | undefined;
  let requestId = '';

  worker.on('message', (message: Message) => {
    if (message.kind === 'log') options.log(message.text);
    if (message.kind === 'notice') notice(message.text);
    if (message.kind === 'ready') {
      ready = true;
      options.onReady?.(performance.now() - started);
      onceReady();
    }
    if (message.kind === 'done') finish({ ok: true, payload: message.payload });
    if (message.kind === 'failed') {
      const { errorType, errorMessage } = message;
      exitReason = { ok: false, errorType, errorMessage, timedOut: false };
      const missing = missingSdkPackage(errorMessage);
      if (missing !== undefined) options.onMissingSdk?.(missing);
      if (message.fatal) alive = false;
      if (ready) finish(exitReason);
      else options.report?.(startFailure(config.id, errorType, errorMessage));
    }
  });
  worker.on('error', (error) => {
    options.log(`${error.message}\n`);
    if ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')
      exitReason = exited('signal: killed', 'Runtime.OutOfMemory');
  });
  function notice(text: string): void {
    options.log(`${text}\n`);
    options.report?.(`${config.id}: ${text}`);
  }
  const ended = new Promise<void>((resolve) => {
    worker.on('exit', (code) => {
      alive = false;
      finish(exitReason ?? exited(`exit status ${code}`, 'Runtime.ExitError'));
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
    get starting() {
      return alive && !ready;
    },
    run(invocation) {
      requestId = invocation.requestId;
      exitReason = undefined;
      return new Promise<Outcome>((resolve) => {
        let timer: NodeJS.Timeout | undefined;
        const limit = config.timeoutSeconds * 1000;
        const onTimeout = () => {
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
          timer = setTimeout(onTimeout, limit);
          worker.postMessage({ ...invocation, milliseconds: limit });
        };
        if (!alive) return finish(exited('exit status 1', 'Runtime.ExitError'));
        if (ready) return begin();
        onceReady = begin;
        // On AWS, an init that times out is retried within the invocation's timeout.
        timer = setTimeout(onTimeout, initTimeoutMs + limit);
      });
    },
    async kill() {
      alive = false;
      exitReason ??= exited('signal: killed', 'Runtime.ExitError');
      void worker.terminate();
      await ended;
    },
  };
  return environment;
}

/**
 * Lambda switches two features of Node.js off, up to its Node.js 22: a file is an ES module by its name or `package.json`, not by what is in it,
 * and `require` does not take ES modules. Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
 */
function disabledFeatures(runtime: string): string[] {
  const flags = ['--no-experimental-detect-module', '--no-experimental-require-module'];
  return /^nodejs(1\d|20|22)\./.test(runtime)
    ? flags.filter((flag) => process.allowedNodeEnvironmentFlags.has(flag))
    : [];
}

/** The local services. */
export interface Services {
  readonly origin: string;
  readonly region: string;
  readonly answer: Answering;
  readonly awsHosts: Pick<AwsHosts, 'served' | 'direct'>;
}

/** What the function's thread needs to call the services directly. */
function openServiceCalls({ origin, region, answer, awsHosts: { served, direct } }: Services) {
  const { port1, port2 } = new MessageChannel();
  answerServiceCalls(port1, answer);
  return { port: port2, host: new URL(origin).host, paths: directPaths, region, served, direct };
}

type Message =
  | { kind: 'log'; text: string }
  /** For the function's log and for the person who runs the stack. */
  | { kind: 'notice'; text: string }
  | { kind: 'ready' }
  | { kind: 'done'; payload: string }
  | { kind: 'failed'; fatal: boolean; errorType: string; errorMessage: string };
