import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseLatency } from './calls.ts';
import { requireUnclaimed } from './claim-folder.ts';
import { findEngine } from './dynamodb/find-engine.ts';
import { parseFaults } from './faults.ts';
import { writeAtomically } from './files.ts';
import { waitedForFunctions } from './lambda/waited-for.ts';
import { whenOrphaned } from './orphan.ts';
import { outputsFile } from './outputs-file.ts';
import { parseHosts } from './own-hosts.ts';
import { parseContext } from './parse-context.ts';
import { openPort } from './port.ts';
import { prepareDataFolder } from './private-folder.ts';
import { defaultNames, type SettingNames } from './setting-names.ts';
import { type LocalOptions, type LocalRuntime, startLocal } from './start.ts';
import { isSynthesized, synthesize } from './synthesize.ts';
import { watchProject } from './watch.ts';

export interface ServeOptions extends Pick<LocalOptions, 'dataDirectory' | 'engine' | 'stackNames'> {
  /** A CDK project (a folder with `cdk.json`), which is synthesized when it has changed; or a cloud assembly, as `cdk synth` writes it. */
  readonly directory: string;
  /** 8080 by default; 0 for any free port. */
  readonly port?: number | string;
  readonly settingNames?: Partial<SettingNames>;
  /** Like `chat.test,192.168.1.5`: hosts by which it may be asked for besides the loopback's own; `*` for all. */
  readonly hosts?: string;
  /** Like `postGone=0.1,dropDisconnect=0.5`; none by default. */
  readonly faults?: string;
  /** Like `dynamodb=4,post=8,invoke=5`: milliseconds that calls wait; none by default. */
  readonly latency?: string;
  /** Values of the CDK app's context, like `sendLimit=0`, in place of those of `cdk.json`, as `-c` of `cdk` does. */
  readonly context?: readonly string[];
  /** Values of parameters of the templates, like `Size=3` or `Web:Size=3`, as `--parameters` of `cdk deploy` does. */
  readonly parameters?: readonly string[] | undefined;
  /** Synthesizes and reloads when a file of the project is saved. */
  readonly watch?: boolean;
  /** The text that is printed when everything is served. */
  readonly welcome?: (runtime: LocalRuntime) => string | Promise<string>;
}

/**
 * Serves stacks until a signal ends the process, as a command does: prints to the console, and exits with 1 after an error. The stacks'
 * outputs are written to `<dataDirectory>/outputs.json`, in the format of `cdk deploy --outputs-file`, and keys for the AWS CLI to
 * `<dataDirectory>/credentials`.
 */
export function serve(options: ServeOptions): void {
  run(options).then(
    (exitCode) => process.exit(exitCode),
    (error: unknown) => {
      if (error instanceof Interrupted) process.exit(0);
      console.error(error instanceof Error ? error.message : error);
      process.exit(1);
    },
  );
}

async function run(options: ServeOptions): Promise<number> {
  const { engine, stackNames } = options;
  const settingNames = { ...defaultNames, ...options.settingNames };
  // Before anything else: without an engine, nothing that takes time has a point.
  findEngine(engine, settingNames);
  const directory = resolve(options.directory);
  const dataDirectory = resolve(options.dataDirectory);
  const port = parsePort(options.port, settingNames.port);
  const faults = parseFaults(options.faults);
  const latency = parseLatency(options.latency);
  const hosts = parseHosts(options.hosts);
  const context = parseContext(options.context ?? []);
  const parameters = parseContext(options.parameters ?? [], '--parameters');
  const log = (line: string) => console.log(line);
  // On AWS the time zone of functions is UTC. Worker threads have their process's time zone.
  process.env.TZ = 'UTC';
  // What is stored is for the person who runs it, and for nobody else on the machine.
  process.umask(0o077);

  const { signal, ended } = onSignal();
  // Checked before the synthesis, which takes seconds.
  await (await openPort(port, log, settingNames)).close();
  await requireUnclaimed(dataDirectory, settingNames.dataDirectory);
  const isProject = existsSync(join(directory, 'cdk.json'));
  if (!isProject && !existsSync(join(directory, 'manifest.json'))) {
    throw new Error(`unable to serve ${directory}; it has neither cdk.json nor manifest.json`);
  }
  if (options.context?.length && !isProject) throw new Error(`unable to use -c; ${directory} has no cdk.json`);
  if (options.watch && !isProject) throw new Error(`unable to watch; ${directory} has no cdk.json`);
  await prepareDataFolder(dataDirectory, settingNames.dataDirectory);
  const assemblyDirectory = isProject ? join(dataDirectory, 'cdk.out') : directory;
  if (isProject && !isSynthesized({ projectDirectory: directory, assemblyDirectory, context })) {
    log('Synthesizing the stack …');
    await rm(assemblyDirectory, { recursive: true, force: true });
    await synthesize({ projectDirectory: directory, assemblyDirectory, context, signal });
  }

  const runtime = await startLocal({
    assemblyDirectory,
    stackNames,
    parameters,
    contextFile: isProject ? join(directory, 'cdk.context.json') : undefined,
    dataDirectory,
    port,
    faults,
    latency,
    hosts,
    engine,
    settingNames,
    log,
  });
  try {
    signal.throwIfAborted();
    const outputs = JSON.stringify(outputsFile(runtime), undefined, 2);
    await writeAtomically(join(dataDirectory, 'outputs.json'), outputs);
    await writeAtomically(join(dataDirectory, 'credentials'), credentialsFile(runtime));
    // Otherwise the first message would wait for several cold starts.
    runtime.functions.warm(waitedForFunctions(runtime.stack));
    log(await (options.welcome ?? describe)(runtime));
    if (Object.keys(faults).length > 0) log(`Faults are switched on: ${JSON.stringify(faults)}`);
    if (Object.keys(latency).length > 0) log(`Calls wait, in milliseconds: ${JSON.stringify(latency)}`);
    const watching =
      options.watch && watchProject({ projectDirectory: directory, dataDirectory, context, runtime, log });
    const died = await Promise.race([ended, runtime.died]);
    if (watching) await watching.stop();
    // The runtime has logged why it died.
    return died === undefined ? 0 : 1;
  } finally {
    await runtime.stop();
  }
}

/** The keys of the account's root user, for the AWS CLI and SDKs. They are new with each start. */
function credentialsFile({ rootCredentials }: LocalRuntime): string {
  const { accessKeyId, secretAccessKey } = rootCredentials;
  return `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
}

function describe({ origin, stack, outputs, page }: LocalRuntime): string {
  const rows = Object.entries(outputs)
    // What CDK makes for other stacks is nothing for people.
    .filter(([name]) => !/(^|\/)(ExportsOutput|PublishOutput)/.test(name))
    .map(([name, value]) => `  ${name}  ${value}`);
  return [
    `Serving ${stack.name} on ${origin}`,
    '',
    ...rows,
    '',
    `What happens: ${page}`,
    'Ctrl-C stops it; the data stays.',
    '',
  ].join('\n');
}

function parsePort(port: number | string | undefined, settingName: string): number {
  const number = Number(port || (port === 0 ? 0 : 8080));
  if (Number.isInteger(number) && number >= 0 && number <= 65_535) return number;
  throw new Error(`unable to listen; ${settingName}=${port} is not a port number`);
}

/** A signal ended the process before the stack was served. */
class Interrupted extends Error {}

/** `ended` resolves at the first signal to end. The second one ends the process at once. */
function onSignal(): { signal: AbortSignal; ended: Promise<undefined> } {
  const controller = new AbortController();
  const ended = new Promise<undefined>((done) => {
    const end = () => {
      if (controller.signal.aborted) process.exit(1);
      controller.abort(new Interrupted());
      done(undefined);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
    // Started by hand, it may outlive the shell.
    if (process.env.npm_lifecycle_event !== undefined) whenOrphaned(end);
  });
  return { signal: controller.signal, ended };
}
