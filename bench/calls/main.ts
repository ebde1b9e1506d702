/**
 * `npm run bench:calls`: what a call of AWS costs a function in CPU time, as the SDK comes and as Parley makes it; and what a cold start costs,
 * beside a function of the size of AWS's own chat sample. Everything is bundled as it is deployed, and measured in processes of its own.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { bundleOptions } from '#lib/bundle-function';
import { operations, sides } from './calls.ts';
import type { CallTimes } from './client.ts';

const atOnce = [1, 50];
/** How often each function is started. */
const starts = 15;
const lambdas = join(import.meta.dirname, '..', '..', 'lambdas');

const environment = {
  PATH: process.env.PATH,
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'A'.repeat(20),
  AWS_SECRET_ACCESS_KEY: 's'.repeat(40),
  // As long as those of functions.
  AWS_SESSION_TOKEN: 't'.repeat(1_200),
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  POWERTOOLS_SERVICE_NAME: 'bench',
  TABLE_NAME: 'Chat',
  BUCKET_NAME: 'files',
  CALLBACK_URL: 'https://api.execute-api.eu-central-1.amazonaws.com/live',
  INLINE_MEMBERS: '100',
  FAN_OUT_FUNCTION: 'fan-out',
  ISSUER: 'https://cognito-idp.eu-central-1.amazonaws.com/pool',
  AUDIENCE: 'client',
};

async function answerOf<Answer>(file: string, args: readonly (string | number)[]): Promise<Answer> {
  const child = fork(file, args.map(String), { env: environment, execArgv: [] });
  const [answer] = await once(child, 'message');
  await once(child, 'exit');
  return answer;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function measureCalls(client: string, port: number): Promise<void> {
  console.log('CPU of a call, ms: the first 200 calls of a process, and later ones\n');
  console.log('| call | at once | SDK, first | Parley, first | SDK, later | Parley, later | |');
  console.log('| ---- | ------: | ---------: | ------------: | ---------: | ------------: | ---: |');
  for (const operation of operations) {
    for (const count of atOnce) {
      const times: CallTimes[] = [];
      for (const side of sides) times.push(await answerOf<CallTimes>(client, [side, operation, count, port]));
      const [sdk, parley] = times;
      if (!sdk || !parley) continue;
      const cells = [sdk.first, parley.first, sdk.later, parley.later].map((ms) => ms.toFixed(3));
      console.log(`| ${[operation, count, ...cells, `${(parley.later / sdk.later).toFixed(2)}×`].join(' | ')} |`);
    }
  }
}

async function measureStarts(load: string, bundles: ReadonlyMap<string, string>): Promise<void> {
  console.log(`\nLoading a function in a fresh process, medians of ${starts}\n`);
  console.log('| function | ms | CPU, ms |');
  console.log('| -------- | -: | ------: |');
  const times = new Map<string, { ms: number; cpu: number }[]>();
  // In turns, so that all have the same weather.
  for (let start = 0; start < starts; start++) {
    for (const [name, file] of bundles) {
      times.set(name, [...(times.get(name) ?? []), await answerOf<{ ms: number; cpu: number }>(load, [file])]);
    }
  }
  for (const [name, all] of times) {
    const [ms, cpu] = [median(all.map((time) => time.ms)), median(all.map((time) => time.cpu))];
    console.log(`| ${name} | ${ms.toFixed(0)} | ${cpu.toFixed(0)} |`);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'parley-calls-'));
function bundle(name: string, entry: string, options = {}): string {
  const outdir = join(folder, name);
  buildSync({ ...bundleOptions, entryPoints: [entry], outdir, ...options });
  return join(outdir, 'index.mjs');
}

try {
  const here = import.meta.dirname;
  const asTheSdkComes = { alias: {}, splitting: false };
  const server = fork(bundle('server', join(here, 'server.ts')), { env: environment, execArgv: [] });
  try {
    const [port] = await once(server, 'message');
    await measureCalls(bundle('client', join(here, 'client.ts'), asTheSdkComes), port);
  } finally {
    server.kill();
  }
  const functions = [
    ['AWS’s sample', bundle('sample', join(here, 'aws-sample.ts'), asTheSdkComes)],
    ['socket', bundle('socket', join(lambdas, 'socket', 'index.ts'))],
    ['authorize', bundle('authorize', join(lambdas, 'authorize.ts'))],
  ] as const;
  await measureStarts(bundle('load', join(here, 'load.ts')), new Map(functions));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
