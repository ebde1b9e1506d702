import { BrokenStack } from './assembly/broken-stack.ts';
import { notServed } from './assembly/not-served.ts';
import { loadStack, type Stack } from './assembly/stack.ts';
import { createAwsHosts } from './aws-hosts.ts';
import { type Calls, createCalls, type Latency } from './calls.ts';
import { claimFolder } from './claim-folder.ts';
import { type Clock, systemClock } from './clock.ts';
import { createMetricStore } from './cloudwatch/metric-store.ts';
import { createReadLog } from './cloudwatch/read-logs.ts';
import { startCloudWatch } from './cloudwatch/start.ts';
import { type Cognito, startCognito } from './cognito/start.ts';
import type { Context } from './context.ts';
import { type Counters, createCounters } from './counters.ts';
import { createAnswers } from './custom-resources/answers.ts';
import { openMadeResources } from './custom-resources/made.ts';
import { makeCustomResources } from './custom-resources/make.ts';
import { type EngineOptions, findEngine } from './dynamodb/find-engine.ts';
import { startDynamoDb } from './dynamodb/start.ts';
import { startEdge } from './edge/start.ts';
import { startEvents } from './events/start.ts';
import { createFaults, type Faults } from './faults.ts';
import { startGateway } from './gateway/start.ts';
import { type Credentials, createAccessKeys } from './iam/access-keys.ts';
import { createPolicies, type Policies } from './iam/policy.ts';
import { createRefusals } from './iam/refusals.ts';
import { createAsyncQueue } from './lambda/async-queue.ts';
import { functionUrlPrefix, startFunctionUrls } from './lambda/function-urls.ts';
import { createFunctions, type Functions } from './lambda/functions.ts';
import { startInvokeApi } from './lambda/invoke-api.ts';
import { directServices } from './lambda/service-calls.ts';
import { localPagePrefix, startLocalPage } from './local-page/start.ts';
import { createOwnHosts } from './own-hosts.ts';
import type { Parameters } from './parse-context.ts';
import { openPort } from './port.ts';
import { readIds } from './private-folder.ts';
import { startS3 } from './s3/start.ts';
import { outsideValues } from './secrets/outside-values.ts';
import { openSecretStore } from './secrets/secret-store.ts';
import { startSecrets } from './secrets/start.ts';
import { defaultNames, type SettingNames } from './setting-names.ts';
import { startSns } from './sns/start.ts';
import { startQueueTriggers } from './sqs/poller.ts';
import { startSqs } from './sqs/start.ts';
import { parameterFiles } from './ssm/parameter-files.ts';
import { startSsm } from './ssm/start.ts';
import { startStreams } from './streams/start.ts';
import { batchDestinations, createDestinations } from './targets/destinations.ts';
import { createTargets } from './targets/targets.ts';

export interface LocalOptions {
  /** A cloud assembly, as `cdk synth` writes it. */
  readonly assemblyDirectory: string;
  /**
   * The stacks to serve, by name, id or path in the app, with `*` for any characters, like `Prod/*`. What they depend on is served too. By
   * default all stacks are served.
   */
  readonly stackNames?: readonly string[] | undefined;
  /** Values of parameters of the templates: `Name`, or `Stack:Name` for one stack alone. Others have their default. */
  readonly parameters?: Parameters | undefined;
  /** The app's `cdk.context.json`, which has values of SSM parameters that CDK looked up in an account. */
  readonly contextFile?: string | undefined;
  /** For everything that survives a restart. Two runtimes cannot share one. */
  readonly dataDirectory: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly faults?: Partial<Faults>;
  /** Delays of calls in milliseconds; none by default. */
  readonly latency?: Partial<Latency>;
  /** 1 by default, as on AWS. With 60, ten minutes become ten seconds. */
  readonly timeScale?: number;
  readonly clock?: Clock;
  /** scrypt's N for new passwords: a power of two, 16,384 by default. Tests that sign up hundreds of people use less. */
  readonly passwordCost?: number;
  readonly engine?: EngineOptions;
  /** Hosts by which it may be asked for besides `localhost`, `127.0.0.1` and `[::1]`, like `chat.test`; `*` for all. */
  readonly hosts?: readonly string[];
  /** Gets lines for the person who runs it. Default: they are dropped. */
  readonly log?: (line: string) => void;
  /** What the user calls these settings, for error sentences. */
  readonly settingNames?: Partial<SettingNames>;
}

/** The stacks that are being served. */
export interface LocalRuntime {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** Another object after a reload. */
  readonly stack: Stack;
  /**
   * The stack's outputs with local addresses, and `CognitoEndpoint`, which SDKs know by themselves on AWS. Where several stacks are served,
   * their names are like `Web/Url`.
   */
  readonly outputs: Readonly<Record<string, string>>;
  /** A line for each type of the template that has no part here, as at the start. */
  readonly notServed: readonly string[];
  /** The address of the page that shows what the stack does. It has a key, which is for the data folder's owner alone. */
  readonly page: string;
  readonly counters: Counters;
  /** May be changed at any time. */
  readonly faults: Faults;
  /** Delays calls, and records when they began and ended. */
  readonly calls: Calls;
  readonly policies: Policies;
  readonly functions: Functions;
  /** Keys of the account's root user, who may do everything. */
  readonly rootCredentials: Credentials;
  /** `idle` resolves when every stream record is handled. */
  readonly streams: { idle(): Promise<void> };
  /** `idle` resolves when no queue that triggers a function has a visible message. */
  readonly queues: { idle(): Promise<void> };
  readonly gateway: Pick<Awaited<ReturnType<typeof startGateway>>, 'connections'>;
  readonly dynamodb: Pick<Awaited<ReturnType<typeof startDynamoDb>>, 'sweepExpired'>;
  readonly s3: Pick<Awaited<ReturnType<typeof startS3>>, 'put'>;
  readonly cognito: Pick<Cognito, 'accessTokenKey'>;
  /** Resolves with one sentence when the tables' engine has ended by itself and does not start again. Nothing works from then on. */
  readonly died: Promise<string>;
  /** Serves another assembly of the same app from now on. Connections stay open. @throws BrokenStack, and nothing has changed */
  reload(assemblyDirectory: string): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Serves the stacks of a cloud assembly on one port of 127.0.0.1.
 * @throws Error, one sentence: the port is taken, the data folder is in use, the stack is a `BrokenStack`, there is no engine for the tables
 */
export async function startLocal(options: LocalOptions): Promise<LocalRuntime> {
  const { dataDirectory, log = () => {}, clock = systemClock, engine } = options;
  const settingNames = { ...defaultNames, ...options.settingNames };
  findEngine(engine, settingNames);
  /** Called in the opposite order. */
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) {
      await end().catch((error: unknown) => log(`while stopping: ${String(error)}`));
    }
  };
  const isOwnHost = createOwnHosts(options.hosts);
  const port = await openPort(options.port, log, settingNames, isOwnHost);
  const { origin } = port;
  stops.push(() => port.close());
  try {
    const release = await claimFolder(dataDirectory, origin, settingNames.dataDirectory);
    stops.push(release);
    const ids = await readIds(dataDirectory);
    const made = await openMadeResources(dataDirectory);
    const secretStore = openSecretStore(dataDirectory, clock);
    const ssmParameters = parameterFiles(dataDirectory, options.contextFile);
    const outside = outsideValues(ssmParameters, secretStore);
    const { stackNames, parameters } = options;
    const load = (assemblyDirectory: string) =>
      loadStack({ assemblyDirectory, stackNames, parameters, origin, ids, made: made.identity, outside });
    let stack = load(options.assemblyDirectory);
    // Before anything is refused, which may be because of these.
    for (const line of notServed(stack)) log(line);
    const faults = createFaults(options.faults);
    const counters = createCounters();
    const metrics = createMetricStore(clock);
    const readLog = createReadLog(metrics, () => stack);
    const calls = createCalls(options.latency);
    const keys = createAccessKeys();
    const refusals = createRefusals(clock);
    const policies = createPolicies(() => stack, refusals);
    const awsHosts = createAwsHosts({
      stack: () => stack,
      services: () => port.prefixes().flatMap((prefix) => /^\/_aws\/(.+)$/.exec(prefix)?.[1] ?? []),
      directServices,
    });
    port.redirect(awsHosts);
    const functions = createFunctions({
      stack,
      origin,
      dataDirectory,
      keys,
      policies,
      faults,
      counters,
      metrics,
      readLog,
      calls,
      clock,
      services: { answer: port.answer, awsHosts },
      refusals,
      log,
    });
    const context: Context = {
      get stack() {
        return stack;
      },
      origin,
      isOwnHost,
      dataDirectory,
      keys,
      policies,
      functions,
      faults,
      counters,
      metrics,
      readLog,
      calls,
      clock,
      log,
      timeScale: options.timeScale ?? 1,
      passwordCost: options.passwordCost,
    };

    const serve = async <T extends { stop(): Promise<unknown> }>(starting: Promise<T>): Promise<T> => {
      const started = await starting;
      stops.push(() => started.stop());
      return started;
    };
    const dynamodb = await serve(startDynamoDb(context, { engine, settingNames }));
    const sqs = await serve(startSqs(context));
    const destinations = createDestinations(() => ({ targets, topics: sns, bus }));
    const events = createAsyncQueue(context, destinations);
    const targets = createTargets(context, { events, queues: sqs });
    const sns = await serve(startSns(context, targets));
    const bus = await serve(startEvents(context, { targets, topics: sns }));
    const cloudwatch = await serve(startCloudWatch(context, { targets, topics: sns, queues: sqs.depths }));
    const s3 = await serve(startS3(context, { events: { targets, topics: sns, bus } }));
    const secrets = await serve(startSecrets(context, secretStore));
    const ssm = await serve(startSsm(context, ssmParameters));
    const cognito = await serve(startCognito(context));
    // Functions are stopped after the services that invoke them (gateway, streams), and before the services that they call.
    stops.push(() => functions.stop());
    stops.push(async () => events.stop());
    const lambda = await serve(startInvokeApi(context, events));
    const streams = await serve(
      startStreams(context, {
        engine: dynamodb.engine,
        queues: batchDestinations({ queues: sqs, topics: sns }),
        onWrite: dynamodb.onWrite,
        // An engine that runs elsewhere may have other clients, and deletes expired items by itself.
        seesAllWrites: dynamodb.enginePid !== undefined,
      }),
    );
    const triggers = await serve(startQueueTriggers(context, sqs));
    // Stopping the gateway closes the sockets, so `$disconnect` runs. The streams still deliver what it writes.
    const gateway = await serve(startGateway(context));
    const functionUrls = await serve(startFunctionUrls(context));
    const edge = await serve(startEdge(context, { gateway, functionUrls }));
    const sources = {
      context,
      refusals,
      connections: gateway.connections,
      queues: sqs.depths,
      alarms: cloudwatch.alarms.evaluate,
      startedAt: clock.now(),
    };
    const page = await serve(startLocalPage(sources, ids));

    const answers = createAnswers(context);
    port.mount('/_aws/dynamodb', dynamodb);
    port.mount('/_aws/lambda', lambda);
    port.mount(functionUrlPrefix, functionUrls);
    port.mount('/_aws/sqs', sqs);
    port.mount('/_aws/sns', sns);
    port.mount('/_aws/events', bus);
    port.mount('/_aws/cloudwatch', cloudwatch);
    port.mount('/_aws/ssm', ssm);
    port.mount('/_aws/secretsmanager', secrets);
    // To functions a bucket of CloudFormation.
    port.mount(answers.path, answers);
    port.mount('/_aws/s3', s3);
    port.mount('/_aws/cognito-idp', cognito);
    port.mount('/_aws/execute-api', gateway);
    port.mount(localPagePrefix, page);
    port.mount('/', edge);
    // Before everything else, new requests are refused.
    stops.push(async () => port.unmount('/'));

    const replace = async (next: Stack) => {
      const deploy = s3.prepareDeployments(next);
      functions.replace(next);
      stack = next;
      await deploy();
      await dynamodb.reload();
      await streams.reload();
      await triggers.reload();
      await bus.reload();
    };
    const makeCustom = async (assemblyDirectory: string) => {
      const before = stack;
      const changed = () => {
        const next = load(assemblyDirectory);
        functions.replace(next);
        stack = next;
      };
      await makeCustomResources({ stack: () => stack, functions, answers, made, changed, log });
      if (stack !== before) await replace(stack);
    };
    await makeCustom(options.assemblyDirectory);

    return {
      origin,
      get stack() {
        return stack;
      },
      get outputs() {
        return { ...stack.outputs, CognitoEndpoint: `${origin}/_aws/cognito-idp` };
      },
      get notServed() {
        return notServed(stack);
      },
      page: page.address,
      counters,
      faults,
      calls,
      policies,
      functions,
      streams,
      queues: triggers,
      gateway,
      dynamodb,
      s3,
      cognito,
      died: dynamodb.died,
      rootCredentials: keys.issue({ kind: 'root', arn: `arn:aws:iam::${stack.account}:root` }),
      async reload(assemblyDirectory) {
        const next = load(assemblyDirectory);
        requireSamePlace(stack, next);
        const known = new Set(notServed(stack));
        for (const line of notServed(next)) if (!known.has(line)) log(line);
        await replace(next);
        await makeCustom(assemblyDirectory);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Signing keys and the ARNs of stored data belong to one account and region. @throws BrokenStack */
function requireSamePlace(stack: Stack, next: Stack): void {
  const [from, to] = [stack, next].map(({ account, region }) => `${account}/${region}`);
  if (from === to) return;
  throw new BrokenStack(`unable to reload; the stack has moved from ${from} to ${to}, so it must be served anew`);
}
