import { rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import {
  isSynthesized,
  type LocalRuntime,
  openPort,
  parseFaults,
  requireUnclaimed,
  startLocal,
  synthesize,
  watchProject,
  writeWhole,
} from '@parley/local';
import { confirmedUser } from './confirmed-user.ts';
import { offerDemoPeople } from './demo-people.ts';
import { LocalOutputs, wscatLine } from './local-outputs.ts';

/**
 * What `npm start` and `npm run dev` do, up to the end of the process. The one place of `local/` that knows which stack is served.
 * Environment: `PORT` (8080), `PARLEY_DATA` (.parley), `PARLEY_FAULTS` (none; like `postGone=0.1,dropDisconnect=0.5`).
 * @param options.watch serve what is saved
 */
export function serveParley(options: { watch: boolean }): void {
  serve(options).then(
    () => process.exit(0),
    (error: unknown) => {
      if (error instanceof Ended) process.exit(error.exitCode);
      console.error(error instanceof Error ? error.message : error);
      process.exit(1);
    },
  );
}

async function serve(options: { watch: boolean }): Promise<void> {
  const projectDirectory = resolve(import.meta.dirname, '..');
  const dataDirectory = resolve(process.env.PARLEY_DATA || '.parley');
  const port = readPort(process.env.PORT);
  const faults = parseFaults(process.env.PARLEY_FAULTS);
  const log = (line: string) => console.log(line);
  // Functions are told the time of UTC on AWS, and threads have their process's zone.
  process.env.TZ = 'UTC';

  const ending = new AbortController();
  const ended = onSignal(ending);
  // Told at once, and not after the seconds that the synthesis takes.
  await (await openPort(port, log)).close();
  await requireUnclaimed(dataDirectory);
  const assemblyDirectory = join(dataDirectory, 'cdk.out');
  if (!isSynthesized({ projectDirectory, assemblyDirectory })) {
    log('Synthesizing the stack …');
    await rm(assemblyDirectory, { recursive: true, force: true });
    await synthesize({ projectDirectory, assemblyDirectory, signal: ending.signal });
  }

  const runtime = await startLocal({ assemblyDirectory, dataDirectory, port, faults, log });
  try {
    ending.signal.throwIfAborted();
    const outputs = LocalOutputs.parse(runtime.outputs);
    await writeWhole(
      join(dataDirectory, 'outputs.json'),
      JSON.stringify({ [runtime.stack.name]: outputs }, undefined, 2),
    );
    log(await welcome(runtime, outputs, dataDirectory));
    if (Object.keys(faults).length > 0) log(`Faults are switched on: ${JSON.stringify(faults)}`);
    const watching = options.watch ? watchProject({ projectDirectory, dataDirectory, runtime, log }) : undefined;
    const died = await Promise.race([ended, runtime.died]);
    await watching?.stop();
    // The line was told when it happened.
    if (died) throw new Ended(1);
  } finally {
    await runtime.stop();
  }
}

/** What somebody sees who has just started it: the page, where everything else is, and two lines to paste. */
async function welcome(runtime: LocalRuntime, outputs: LocalOutputs, dataDirectory: string): Promise<string> {
  const data = relative(process.cwd(), dataDirectory) || '.';
  const addresses = [
    '',
    `Open ${outputs.WebUrl} in a browser: Parley is served there.`,
    '',
    `  HTTP API   ${outputs.WebUrl}/api    (itself: ${outputs.HttpUrl})`,
    `  sockets    ${outputs.WebUrl.replace(/^http/, 'ws')}/ws    (itself: ${outputs.WebSocketUrl})`,
    `  sign-up    ${outputs.CognitoEndpoint}    (pool ${outputs.UserPoolId}, client ${outputs.UserPoolClientId})`,
    `  all of it  ${join(data, 'outputs.json')}`,
  ];
  if (runtime.stack.ofType('AWS::Cognito::UserPool').length === 0) {
    return [...addresses, '', 'Tokens come from your own issuer, so there are no demo users here.', ''].join('\n');
  }
  const mail = join(dataDirectory, 'mail');
  const users = await Promise.all(['alice', 'bob'].map((name) => confirmedUser(name, outputs, mail)));
  await offerDemoPeople(
    runtime,
    users.map(({ name, password }) => ({ username: name, password })),
  );
  return [
    ...addresses,
    '',
    ...users.map(({ name, password }) => `  ${name.padEnd(9)}  password ${password}`),
    '',
    'The page signs in as either. Without a page: paste each line into a terminal of its own, and type {"message":"hello"}',
    ...users.flatMap(({ token }) => ['', `  ${wscatLine(outputs, 'chat/alice_bob/', token)}`]),
    '',
    'Then try {"type":"typing","typing":true} and {"type":"read_messages"}, or',
    '',
    `  curl -H 'authorization: Bearer TOKEN' ${outputs.WebUrl}/api/conversations`,
    '  npm run user -- carol     one more user; also a fresh line for alice, when her hour is over',
    `  ${join(data, 'logs')}, ${join(data, 'mail')}     what the functions say, what was mailed`,
    '',
    'Ctrl-C stops everything; the data stays.',
    '',
  ].join('\n');
}

function readPort(text: string | undefined): number {
  const port = Number(text || 8080);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`unable to listen; PORT=${text} is not a port number`);
}

/** Resolves at the first signal to end; a second one ends the process as it is. */
function onSignal(ending: AbortController): Promise<undefined> {
  return new Promise((done) => {
    const end = () => {
      if (ending.signal.aborted) process.exit(1);
      ending.abort(new Ended(0));
      done(undefined);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
    whenOrphaned(end);
  });
}

/** npm and its shell end at a SIGTERM without passing it on; what they started would go on and keep the port. */
function whenOrphaned(end: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    end();
  }, 500);
  watch.unref();
}

/** The end of the process, of which no more is to be said. */
class Ended extends Error {
  constructor(readonly exitCode: number) {
    super('ended');
  }
}
