import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Answering } from '#answer';
import { BrokenStack } from '#assembly/broken-stack';
import type { Stack } from '#assembly/stack';
import type { AwsHosts } from '#aws-hosts';
import { type Calls, withoutHash } from '#calls';
import type { Clock } from '#clock';
import type { MetricStore } from '#cloudwatch/metric-store';
import type { ReadLog } from '#cloudwatch/read-logs';
import type { Counters } from '#counters';
import type { Faults } from '#faults';
import type { AccessKeys } from '#iam/access-keys';
import type { Policies } from '#iam/policy';
import type { Refusals } from '#iam/refusals';
import { type LogFiles, openLogFiles } from '#logs/log-files';
import { randomIdBytes } from '#random-bytes';
import { withTimeout } from '#timeout';
import { environmentVariables } from './environment-variables.ts';
import { type Outcome, startEnvironment } from './execution-environment.ts';
import { arnOf, unqualified, versionOf } from './find-function.ts';
import { type FunctionConfig, functionConfig } from './function-config.ts';
import { createFunctionMetrics } from './function-metrics.ts';
import { mayInvoke } from './permissions.ts';
import { createPool, type Pool, poolDefaults } from './pool.ts';
import { sdkIsMissing } from './start-failure.ts';
import { reportLine, startLine } from './system-log.ts';
import { taskFolder } from './task-folder.ts';

export type InvokeResult =
  | { readonly ok: true; readonly payload: unknown; readonly requestId: string }
  | {
      readonly ok: false;
      readonly errorType: string;
      readonly errorMessage: string;
      readonly timedOut: boolean;
      /** The event did not reach the function, because of its reserved concurrency. */
      readonly throttled?: boolean;
      readonly requestId: string;
    };

/** The stack's functions. */
export interface Functions {
  /**
   * Runs the function to its end. An error of the function is a result, not a rejection.
   * @param functionId logical id, with the alias or version if one is meant: `Hello:live`
   */
  invoke(functionId: string, event: unknown): Promise<InvokeResult>;
  /** The function as the template describes it. @throws BrokenStack */
  config(functionId: string): FunctionConfig;
  /** Whether a resource policy (`AWS::Lambda::Permission`) lets this service principal invoke the function for this source ARN. */
  allows(functionId: string, servicePrincipal: string, sourceArn: string): boolean;
  /** Starts an environment of each function before its first event, and keeps one from now on. @throws BrokenStack */
  warm(functionIds: readonly string[]): void;
  /** Uses the functions of another stack; those that stay warm are started. Running invocations keep the old code. @throws BrokenStack and changes nothing */
  replace(stack: Stack): void;
  stop(): Promise<void>;
}

export interface FunctionsOptions {
  readonly stack: Stack;
  readonly origin: string;
  readonly dataDirectory: string;
  readonly keys: AccessKeys;
  readonly policies: Policies;
  readonly faults: Faults;
  readonly counters: Counters;
  readonly metrics: MetricStore;
  readonly readLog: ReadLog;
  readonly calls: Calls;
  readonly clock: Clock;
  /** Gets what the permissions of functions refuse to services. */
  readonly refusals?: Pick<Refusals, 'add'>;
  /** The local services. Without them functions call them over HTTP only, and hosts of AWS are not redirected. */
  readonly services?: { readonly answer: Answering; readonly awsHosts: AwsHosts };
  /** Gets lines for the person who runs the stack. */
  readonly log?: (line: string) => void;
}

/** Source of the limits: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const maxPayloadBytes = 6 * 1024 * 1024;
/** How long stopping waits for running invocations. */
const stopTimeoutMs = 3000;

interface Deployed {
  readonly config: FunctionConfig;
  readonly pool: Pool;
  readonly counterName: string;
  /** Invocations that run or wait for an environment. */
  running: number;
}

export function createFunctions(options: FunctionsOptions): Functions {
  const { counters, calls, faults, policies, clock, readLog } = options;
  let stack = options.stack;
  let stopping = false;
  const deployed = new Map<string, Deployed>();
  const retired = new Set<Pool>();
  /** Packages of which the console has said that they are missing. */
  const saidToBeMissing = new Set<string>();
  const running = new Set<Promise<unknown>>();
  // Those of the last run; the code may have changed.
  rmSync(taskFolders(options), { recursive: true, force: true });
  const logs = openLogFiles({
    directory: `${options.dataDirectory}/logs`,
    stack: () => stack,
    policies,
    readLog,
    counters,
  });

  const recordMetrics = createFunctionMetrics(options.metrics, () => stack);

  const find = (functionId: string): Deployed => {
    const known = deployed.get(functionId);
    if (known) return known;
    const started = deploy(functionConfig(stack, functionId), { ...options, stack }, logs, saidToBeMissing);
    deployed.set(functionId, started);
    return started;
  };

  const isThrottled = ({ config: { reservedConcurrency = Infinity }, running }: Deployed): boolean => {
    if (faults.accountThrottled > 0 && faults.random() < faults.accountThrottled) {
      counters.count('faults.accountThrottled');
      return true;
    }
    if (running < reservedConcurrency) return false;
    // Elsewhere it waits for an environment (pool.ts).
    if (reservedConcurrency > 0 && faults.random() >= faults.functionThrottled) return false;
    if (reservedConcurrency > 0) counters.count('faults.functionThrottled');
    return true;
  };

  async function run(functionId: string, event: unknown, requestId: string): Promise<Outcome> {
    const body = JSON.stringify(event) ?? 'null';
    const size = Buffer.byteLength(body);
    if (size > maxPayloadBytes) {
      const limit = `(limit ${maxPayloadBytes} bytes)`;
      return failure(
        'RequestEntityTooLargeException',
        `${size} byte payload is too large for the RequestResponse invocation type ${limit}`,
      );
    }
    const target = find(unqualified(functionId));
    const version = versionOf(stack, functionId);
    if (version === undefined)
      return failure('ResourceNotFoundException', `Function not found: ${arnOf(stack, functionId)}`);
    const metrics = recordMetrics(functionId);
    if (isThrottled(target)) {
      metrics.throttled();
      return { ...failure('TooManyRequestsException', 'Rate Exceeded.'), throttled: true };
    }
    target.running += 1;
    metrics.begins();
    const requestedAt = performance.now();
    const acquired = await target.pool.acquire();
    if (!acquired) {
      metrics.gaveUp();
      return failure('ServiceException', 'The local runtime is stopping.');
    }
    const { environment, cold } = acquired;
    const { log } = environment;
    log(startLine(target.config, requestId, clock.now()));
    const startedAt = performance.now();
    const traceId = `Root=1-${Math.floor(clock.now() / 1000).toString(16)}-${randomIdBytes(12).toString('hex')};Sampled=${target.config.tracing ? 1 : 0}`;
    const willBeKilled = faults.killWorker > 0 && faults.random() < faults.killWorker;
    const kill = () => {
      counters.count('faults.killWorker');
      void environment.kill();
    };
    const killTimer = willBeKilled ? setTimeout(kill, faults.random() * 50) : undefined;
    const outcome = await environment.run({
      requestId,
      event: body,
      traceId,
      version,
      invokedArn: arnOf(stack, functionId),
    });
    clearTimeout(killTimer);
    const durationMs = performance.now() - startedAt;
    if (!outcome.ok && outcome.timedOut) log(`${outcome.errorMessage}\n`);
    const status = outcome.ok ? 'success' : outcome.timedOut ? 'timeout' : 'error';
    log(reportLine(target.config, { requestId, time: clock.now(), milliseconds: durationMs, status }));
    target.running -= 1;
    metrics.ends({ durationMs, ok: outcome.ok });
    target.pool.release(environment);
    counters.count(`lambda.ms:${target.counterName}`, durationMs);
    counters.count(`lambda.waited-ms:${target.counterName}`, startedAt - requestedAt);
    if (cold) {
      counters.count(`lambda.cold:${target.counterName}`);
      counters.count(`lambda.cold-ms:${target.counterName}`, durationMs);
    }
    if (outcome.ok && Buffer.byteLength(outcome.payload) > maxPayloadBytes) {
      const message = `Response payload size exceeded maximum allowed payload size (${maxPayloadBytes} bytes).`;
      return failure('Function.ResponseSizeTooLarge', message);
    }
    return outcome;
  }

  return {
    async invoke(functionId, event) {
      const requestId = randomUUID();
      const name = withoutHash(unqualified(functionId));
      counters.count(`lambda.invoke:${name}`);
      const invocation = stopping
        ? Promise.resolve(failure('ServiceException', 'The local runtime is stopping.'))
        : calls
            .pass({ kind: 'invoke', name }, () => run(functionId, event, requestId))
            .catch((error: unknown) => {
              if (!(error instanceof BrokenStack)) throw error;
              options.log?.(error.message);
              return failure('ResourceNotFoundException', error.message);
            });
      running.add(invocation);
      const outcome = await invocation.finally(() => {
        running.delete(invocation);
        counters.count(`lambda.done:${name}`);
      });
      if (outcome.ok) return { ok: true, payload: JSON.parse(outcome.payload), requestId };
      counters.count(`lambda.error:${name}`);
      return { ...outcome, requestId };
    },

    config: (functionId) => functionConfig(stack, functionId),
    warm(functionIds) {
      for (const functionId of functionIds) find(functionId).pool.warm();
    },
    allows(functionId, service, arn) {
      const allowed = mayInvoke(stack, functionId, service, arn);
      const message = `because no AWS::Lambda::Permission of ${functionId} allows the source ${arn}`;
      if (!allowed)
        options.refusals?.add({ kind: 'service', service, arn }, 'lambda:InvokeFunction', functionId, message);
      return allowed;
    },

    replace(next) {
      const isUnchanged = ([functionId, { config }]: [string, Deployed]) =>
        next.find(functionId)?.type === 'AWS::Lambda::Function' &&
        JSON.stringify(functionConfig(next, functionId)) === JSON.stringify(config);
      // All configs are read before any change, so that a broken stack changes nothing.
      const changed = [...deployed].filter((entry) => !isUnchanged(entry));
      stack = next;
      for (const [functionId, { pool }] of changed) {
        deployed.delete(functionId);
        pool.retire();
        retired.add(pool);
        if (pool.staysWarm && stack.find(functionId)) find(functionId).pool.warm();
      }
    },

    async stop() {
      stopping = true;
      await withTimeout(Promise.allSettled([...running]), stopTimeoutMs, undefined);
      await Promise.all([...[...deployed.values()].map(({ pool }) => pool), ...retired].map((pool) => pool.kill()));
      await logs.stop();
    },
  };
}

function deploy(
  config: FunctionConfig,
  options: FunctionsOptions,
  logs: LogFiles,
  saidToBeMissing: Set<string>,
): Deployed {
  const { stack, origin, keys, clock, counters, calls, services, log } = options;
  const { region } = stack;
  const credentials = keys.issue(config.principal);
  const { task, opt, missingSdk } = taskFolder(config, {
    folder: taskFolders(options),
    sdkBeside: [process.cwd(), import.meta.dirname],
  });
  /** One is missed; the others that the code imports and that are missing would be next. */
  const onMissingSdk = (missed: string) => {
    const unsaid = [...new Set([missed, ...missingSdk])].filter((name) => !saidToBeMissing.has(name));
    for (const name of unsaid) saidToBeMissing.add(name);
    if (unsaid.length > 0) log?.(sdkIsMissing(unsaid));
  };
  const start = () => {
    const day = new Date(clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
    const logStream = `${day}/[$LATEST]${randomIdBytes(16).toString('hex')}`;
    return startEnvironment({
      config,
      task,
      opt,
      environment: environmentVariables(config, { region, origin, logStream, credentials, task }),
      logStream,
      now: clock.now,
      services: services && { ...services, origin, region },
      report: log,
      onMissingSdk,
      log: logs.writer(config.principal, config.logGroup, logStream),
      onReady: (durationMs) => counters.count(`lambda.init-ms:${withoutHash(config.id)}`, durationMs),
    });
  };
  // With delays like those of AWS, functions mostly wait, and AWS would run all of them at once.
  const mayWait = () => Object.values(calls.latency).every((delay) => delay === 0);
  const { most } = poolDefaults;
  return {
    config,
    pool: createPool(start, { most: Math.min(config.reservedConcurrency ?? most, most), mayWait }),
    counterName: withoutHash(config.id),
    running: 0,
  };
}

function taskFolders({ dataDirectory }: Pick<FunctionsOptions, 'dataDirectory'>): string {
  return join(dataDirectory, 'lambda');
}

function failure(errorType: string, errorMessage: string): Outcome & { ok: false } {
  return { ok: false, errorType, errorMessage, timedOut: false };
}
