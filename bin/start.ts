import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { serve } from '@parley/local';
import { welcome } from './welcome.ts';

const { PARLEY_DATA, PORT, PARLEY_HOSTS, PARLEY_FAULTS, PARLEY_LATENCY, PARLEY_DYNOXIDE, PARLEY_DYNAMODB_ENDPOINT } =
  process.env;
const dataDirectory = resolve(PARLEY_DATA || '.parley');

/** `npm start`, and `npm run dev` with `--watch`. `-c name=value` sets an option of the stack, as with `cdk deploy`. */
function main(): void {
  const { watch, context } = readArguments();
  serve({
    directory: resolve(import.meta.dirname, '..'),
    dataDirectory,
    port: PORT,
    hosts: PARLEY_HOSTS,
    faults: PARLEY_FAULTS,
    latency: PARLEY_LATENCY,
    engine: { program: PARLEY_DYNOXIDE, endpoint: PARLEY_DYNAMODB_ENDPOINT },
    settingNames: {
      port: 'PORT',
      dataDirectory: 'PARLEY_DATA',
      engineProgram: 'PARLEY_DYNOXIDE',
      engineEndpoint: 'PARLEY_DYNAMODB_ENDPOINT',
      hosts: 'PARLEY_HOSTS',
    },
    context,
    watch,
    welcome: (runtime) => welcome(runtime, dataDirectory),
  });
}

/** @throws Error, one sentence */
function readArguments() {
  try {
    const { values } = parseArgs({
      options: { context: { type: 'string', short: 'c', multiple: true }, watch: { type: 'boolean' } },
    });
    return values;
  } catch (error) {
    // Node's message goes on with advice about positional arguments.
    const [sentence] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new Error(`unable to start; ${sentence} (options of the stack are written as npm start -- -c name=value)`);
  }
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
